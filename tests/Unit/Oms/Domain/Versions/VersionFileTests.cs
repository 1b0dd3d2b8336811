using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What a file of version data must be, and what is said of one that is not.</summary>
public sealed class VersionFileTests
{
    private const string Head = "format: 1\neditions:\n  Community:\n";

    [Theory]
    [InlineData("    releases:\n      4.2.12: {from: [4.2.11], source: x}\n")]
    [InlineData("    releases:\n      4.2.12: {from: [4.2.0..4.2.11, 4.1.0], source: x}\n")]
    [InlineData("    releases:\n      4.2.12: {from: [], note: it is a fresh deployment only, source: x}\n")]
    [InlineData("    releases:\n")]
    [InlineData("    procedures:\n      4.2.12: {waitBeforeInit: 10m, init: Image, source: x}\n")]
    [InlineData("    knownFailures:\n      no-space: {since: 4.2.0, output: No space left, advice: Make room., source: x}\n")]
    public void Valid_extension_has_no_problems(string text) =>
        VersionFile.Read(Head + text).Problems.ShouldBeEmpty();

    [Fact]
    public void JSON_is_read_too() =>
        VersionFile.Read("""{"format": 1, "editions": {"Community": {"releases": {"4.2.12": {"from": ["4.2.11"], "source": "x"}}}}}""")
            .Entries.Single()["from"].ShouldBe("4.2.11");

    [Theory]
    [InlineData("    releases:\n      4.2.12: {form: [4.2.11], source: x}\n", "editions.Community.releases.4.2.12.form", "form", "one of the keys from, note")]
    [InlineData("    releases:\n      4.2.12: {from: [4.2], source: x}\n", "editions.Community.releases.4.2.12.from[0]", "4.2", "4.2.0..4.2.8")]
    [InlineData("    releases:\n      4.2.12: {from: [4.2.9..4.2.0], source: x}\n", "editions.Community.releases.4.2.12.from[0]", "4.2.9..4.2.0", "4.2.0..4.2.8")]
    [InlineData("    releases:\n      4.2.12: {from: 4.2.11, source: x}\n", "editions.Community.releases.4.2.12.from", "4.2.11", "a list")]
    [InlineData("    releases:\n      4.2.12: {from: [4.2.13], source: x}\n", "editions.Community.releases.4.2.12.from", "4.2.13", "releases up to 4.2.12")]
    [InlineData("    releases:\n      4.2.12-ce: {from: [4.2.11], source: x}\n", "editions.Community.releases.4.2.12-ce", "4.2.12-ce", "a release such as 4.2.9")]
    [InlineData("    releases:\n      4.2.12: {from: [4.2.11]}\n", "editions.Community.releases.4.2.12.source", null, "where the fact was read")]
    [InlineData("    releases:\n      4.2.12: {source: x}\n      4.2.12: {source: y}\n", "editions.Community.releases.4.2.12", "4.2.12", "each key once")]
    [InlineData("    releases: [4.2.12]\n", "editions.Community.releases", "a list", "a map")]
    [InlineData("    procedures:\n      4.2.12: {waitBeforeInit: 300, source: x}\n", "editions.Community.procedures.4.2.12.waitBeforeInit", "300", "300s")]
    [InlineData("    procedures:\n      4.2.12: {waitBeforeInit: 2h, source: x}\n", "editions.Community.procedures.4.2.12.waitBeforeInit", "2h", "at most 1h")]
    [InlineData("    procedures:\n      4.2.12: {init: script, source: x}\n", "editions.Community.procedures.4.2.12.init", "script", "None, Script, Image")]
    [InlineData("    procedures:\n      4.2.12: {isUpgrade: TRUE, source: x}\n", "editions.Community.procedures.4.2.12.isUpgrade", "TRUE", "true, false")]
    [InlineData("    procedures:\n      4.2.12: {health: oms/health, source: x}\n", "editions.Community.procedures.4.2.12.health", "oms/health", "/oms/health")]
    [InlineData("    knownFailures:\n      No space: {since: 4.2.0, output: x, advice: x, source: x}\n", "editions.Community.knownFailures.No space", "No space", "lower case")]
    [InlineData("    advice:\n      look: {since: 4.2.0, source: x}\n", "editions.Community.advice.look.message", null, "administrator")]
    [InlineData("    hooks: {}\n", "editions.Community.hooks", "hooks", "one of the keys mergedArchitecture, floor, releases")]
    public void Broken_entry_is_named_with_path_value_and_expectation(
        string text, string path, string? value, string expected)
    {
        var problem = VersionFile.Read(Head + text).Problems.ShouldHaveSingleItem();

        (problem.Path, problem.Value).ShouldBe((path, value));
        problem.Expected.ShouldContain(expected);
        problem.Message.ShouldStartWith(path);
    }

    [Theory]
    [InlineData("", "format")]
    [InlineData("editions: {}\n", "format")]
    [InlineData("format: 2\neditions: {}\n", "format")]
    [InlineData("format: 1\n", "editions")]
    [InlineData("format: 1\neditions: {Private: {}}\n", "editions.Private")]
    [InlineData("[1]", "the file")]
    [InlineData("format: {\n", "the file")]
    public void Broken_file_is_refused(string text, string path) =>
        VersionFile.Read(text).Problems.ShouldContain(problem => problem.Path == path);
}
