namespace Drydock.Engine.Guards;

/// <summary>What a guard saw.</summary>
/// <param name="State">Whether it holds.</param>
/// <param name="Message">Who, what and when, if it does not; what could not be read, if unreadable.</param>
public sealed record GuardReading(GuardState State, string Message = "")
{
    /// <summary>It holds.</summary>
    public static GuardReading Holds { get; } = new(GuardState.Holds);

    /// <summary>It is broken.</summary>
    public static GuardReading Broken(string message) => new(GuardState.Broken, message);

    /// <summary>It could not be read.</summary>
    public static GuardReading Unreadable(string message) => new(GuardState.Unreadable, message);
}
