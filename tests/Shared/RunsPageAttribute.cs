using Xunit.v3;

namespace Drydock.Tests;

/// <summary>
/// Says that a test runs every fenced command of a page. A unit test fails if a page with commands has no such test.
/// </summary>
/// <param name="page">Path below the repository, for instance <c>docs/how-to/install.md</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RunsPageAttribute(string page) : Attribute, ITraitAttribute
{
    public string Page { get; } = page;

    /// <inheritdoc />
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Page", Page)];
}
