namespace Drydock.Runs;

/// <summary>Whether a guard holds.</summary>
public enum GuardState
{
    Holds,

    Broken,

    /// <summary>The target could not be read; nothing is started until it can be.</summary>
    Unreadable,
}
