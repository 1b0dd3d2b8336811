namespace Drydock.Tests;

/// <summary>
/// The trait of tests and cases that <c>make test</c> leaves out, because others show the same in another variant or
/// with smaller parts, the part of the lab that they check serves other tests all the time, or <c>make chaos</c> has
/// more of them.
/// <c>make campaign</c> runs them.
/// </summary>
internal static class SampleTrait
{
    public const string Name = "Sample";
    public const string All = "All";
}
