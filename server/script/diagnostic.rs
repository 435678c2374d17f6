//! A mistake in a script as data: its place, what stands there, what should. Words for it are made where it is shown,
//! from web/words/script.en.toml and script.zh.toml.

/// One mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// Characters that are wrong; at least 1.
    pub length: usize,
    /// What stands there.
    pub found: Found,
    /// What should.
    pub expected: Expected,
}

impl Diagnostic {
    /// A mistake of `length` characters; none are shown as one.
    pub(crate) fn new(
        line: usize,
        column: usize,
        length: usize,
        found: Found,
        expected: Expected,
    ) -> Diagnostic {
        Diagnostic {
            line,
            column,
            length: length.max(1),
            found,
            expected,
        }
    }
}

/// Declares messages: an enum whose variants are keys of texts, and whose fields fill the gaps of those texts.
macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $($key:ident $({ $($gap:ident),+ })?,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "the words say it")]
        pub enum $name { $($key $({ $($gap: String),+ })?),+ }

        impl $name {
            /// Each key, with the names of its text's gaps.
            pub const KEYS: &[(&str, &[&str])] = &[$((stringify!($key), &[$($(stringify!($gap)),+)?])),+];

            /// The key of its text.
            pub fn key(&self) -> &'static str {
                match self { $($name::$key { .. } => stringify!($key)),+ }
            }

            /// The text's gaps, each with what fills it.
            pub fn gaps(&self) -> Vec<(&'static str, &str)> {
                match self { $($name::$key $({ $($gap),+ })? => vec![$($((stringify!($gap), $gap.as_str())),+)?]),+ }
            }
        }
    };
}

messages! {
    /// What stands in a script where something else should, or what is in the way of a line.
    Found {
        EndOfLine,
        Word { word },
        Text { text },
        Nothing,
        OpenText,
        LabelTwice { label },
        NameTaken { name },
        ActorNumber { number },
        SinceLabel { label },
        UnknownSocket { socket, host },
        ActorInNoCall { actor },
        HostRuns { host },
        HostCrashed { host },
        ActorEnded { actor, line },
        ActorBusy { actor, line },
        BackgroundOfNoCall,
        ResultOfNothing,
        ResultAndBackground,
        TextOfNoText,
        NothingChecked,
        ActorKilled { actor },
        ActorStopped { actor },
        ValueRefused { value },
        Size { bytes, lines },
        NoConnection { actor },
        NotListening { actor },
        Listening { actor },
        ConnectionClosed { actor },
        Connected { actor },
    }
}

messages! {
    /// What should stand there, or what clears the way.
    Expected {
        EndOfLine,
        Token,
        Literal { text },
        Escape,
        Size { bytes, lines },
        AtMost { count },
        SomeLine,
        OtherName,
        OtherValue,
        ActorInCall,
        LabelAbove,
        Host,
        CrashedHost,
        KnownSocket { sockets },
        BootFirst { host },
        Subject { actors },
        Actor { actors },
        PresentActor,
        WaitFirstOrThread { actor },
        WaitFirst { actor },
        ContinueFirst { actor },
        ListenFirst { actor },
        ConnectFirst { actor },
        AcceptFirst { actor },
        ConnectedSocket,
        NoBackground,
        NoResult,
        OtherResult,
        ResultOfWait,
        CheckAfterClaim,
        Call { calls, others },
        OnlyOn,
        AsDescriptor,
        AsOrOn,
        Port,
        Backlog,
        TextOrBytes,
        Text,
        Bytes,
        ByteCount,
        How,
        SocketOption,
        Probes,
        SecondsOrNever,
        SecondsOrOff,
        Seconds,
        Time,
        OnOrOff,
        UpOrDown,
        Query,
        Sysctl { names },
        SegmentCount,
        Number,
        LastPort,
        Outcome,
        Check { states },
        Label,
        ControlBit,
        WireAction,
        ToHost,
        Relative,
        SocketName,
        NewSocketName,
        ClaimName,
        ActorName,
        NewActorName,
    }
}

impl Found {
    /// A word of the script.
    pub(crate) fn word(word: impl ToString) -> Found {
        Found::Word {
            word: word.to_string(),
        }
    }

    /// A script's size.
    pub(crate) fn size(bytes: usize, lines: usize) -> Found {
        Found::Size {
            bytes: bytes.to_string(),
            lines: lines.to_string(),
        }
    }
}

impl Expected {
    /// Exactly this text.
    pub(crate) fn literal(text: impl ToString) -> Expected {
        Expected::Literal {
            text: text.to_string(),
        }
    }

    /// A script of this size or a smaller one.
    pub(crate) fn size(bytes: usize, lines: usize) -> Expected {
        Expected::Size {
            bytes: bytes.to_string(),
            lines: lines.to_string(),
        }
    }
}
