// The stage with a lesson, or with a recording that somebody kept.

import { openStage } from "../stage/stage.js";

openStage();
