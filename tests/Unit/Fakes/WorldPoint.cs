namespace Drydock.Tests.Unit.Fakes;

/// <summary>A place where an operator may be killed.</summary>
/// <param name="Number">Counted from 1 over all lives.</param>
/// <param name="What">The write or the act.</param>
/// <param name="IsStatusWrite">A write of the upgrade's status.</param>
internal sealed record WorldPoint(int Number, string What, bool IsStatusWrite)
{
    public override string ToString() => $"{Number} ({What})";
}
