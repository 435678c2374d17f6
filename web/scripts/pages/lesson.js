// The stage with a lesson or a kept recording.

import { openStage } from "../stage/open-stage.js";

openStage();
