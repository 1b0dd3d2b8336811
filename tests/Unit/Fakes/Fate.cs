namespace Drydock.Tests.Unit.Fakes;

/// <summary>What befalls an operator at one numbered point: a write to the API server or an act on a target.</summary>
internal enum Fate
{
    /// <summary>Nothing.</summary>
    Live,

    /// <summary>It is killed; the request never left.</summary>
    DieBefore,

    /// <summary>It is killed; the request was carried out and its answer reached nobody.</summary>
    DieAfter,

    /// <summary>It freezes; the request waits in the wire until the test delivers it.</summary>
    Freeze,

    /// <summary>
    /// It freezes; <c>OperatorLife.Thaw</c> carries out the request and lets the operator continue with its answer.
    /// </summary>
    Pause,

    /// <summary>A write is answered 409 and not carried out: somebody annotated the object meanwhile.</summary>
    Conflict,

    /// <summary>A write is answered 500 and not carried out.</summary>
    ServerError,

    /// <summary>A write is carried out and its answer is lost.</summary>
    LostAnswer,
}
