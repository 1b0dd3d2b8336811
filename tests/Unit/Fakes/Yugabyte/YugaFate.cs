namespace Drydock.Tests.Unit.Fakes;

/// <summary>What befalls an operator at one numbered point: a write of the plan or an act on the world.</summary>
internal enum YugaFate
{
    /// <summary>Nothing.</summary>
    Live,

    /// <summary>It is killed; what it asked for was never done.</summary>
    DieBefore,

    /// <summary>It is killed; what it asked for was done, and nobody heard of it.</summary>
    DieAfter,

    /// <summary>What it asked for was not done, and it is told so.</summary>
    Refuse,

    /// <summary>What it asked for was done, and the answer was lost.</summary>
    LoseAnswer,

    /// <summary>It freezes before what it asks for, and another life takes over.</summary>
    Pause,
}
