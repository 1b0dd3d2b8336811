namespace Drydock.Engine.Guards;

/// <summary>Whether a guard holds.</summary>
public enum GuardState
{
    /// <summary>The world is as it must be.</summary>
    Holds,

    /// <summary>The world was changed by somebody else.</summary>
    Broken,

    /// <summary>The world could not be read; nothing is started until it can.</summary>
    Unreadable,
}
