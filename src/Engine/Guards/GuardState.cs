namespace Drydock.Engine.Guards;

/// <summary>Whether a guard holds.</summary>
public enum GuardState
{
    /// <summary>The target is in the required state.</summary>
    Holds,

    /// <summary>The target was changed from outside.</summary>
    Broken,

    /// <summary>The target could not be read; nothing is started until it can be.</summary>
    Unreadable,
}
