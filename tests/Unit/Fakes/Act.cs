namespace Drydock.Tests.Unit.Fakes;

/// <summary>Something that was done to a target.</summary>
/// <param name="What">What: <c>jar</c>, <c>init</c>, <c>create</c> …</param>
/// <param name="Where">The host, database or object.</param>
/// <param name="By">The life that did it; 0 for what came by itself or by people.</param>
/// <param name="At">When.</param>
internal sealed record Act(string What, string Where, int By, DateTimeOffset At)
{
    public override string ToString() => $"{What} {Where}";
}
