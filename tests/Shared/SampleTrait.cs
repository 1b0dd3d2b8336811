namespace Drydock.Tests;

/// <summary>
/// The trait of tests and cases that belong to the campaign: what they show, another test of <c>make test</c> shows in
/// another variant or in memory, or it is a promise of the lab itself. docs/project/development.md says which.
/// <c>make campaign</c> runs them.
/// </summary>
internal static class SampleTrait
{
    public const string Name = "Sample";
    public const string All = "All";
}
