namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>How a status write goes wrong.</summary>
internal enum WriteFault
{
    None,

    /// <summary>Somebody else wrote.</summary>
    Conflict,

    /// <summary>The server failed before it wrote.</summary>
    Refused,

    /// <summary>The server wrote, and the answer was lost.</summary>
    LostAnswer,
}
