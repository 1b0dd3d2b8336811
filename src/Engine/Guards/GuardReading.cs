namespace Drydock.Engine.Guards;

/// <summary>The result of reading a guard.</summary>
/// <param name="State">Whether it holds.</param>
/// <param name="Message">The change, its author and its time, if it is broken; the cause, if it is unreadable.</param>
public sealed record GuardReading(GuardState State, string Message = "")
{
    public static GuardReading Holds { get; } = new(GuardState.Holds);

    public static GuardReading Broken(string message) => new(GuardState.Broken, message);

    public static GuardReading Unreadable(string message) => new(GuardState.Unreadable, message);
}
