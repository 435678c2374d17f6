// The stage with free play.

import { FreePlay } from "../freeplay/free-play.js";
import { openStage } from "../stage/open-stage.js";

openStage({ FreePlay });
