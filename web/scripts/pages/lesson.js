// The stage with a lesson or a kept recording.

import { openStage } from "../stage/stage.js";

openStage();
