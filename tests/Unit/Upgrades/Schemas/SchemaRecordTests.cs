using Drydock.CrdGen.Model;
using Drydock.CrdGen.Output;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class SchemaRecordTests
{
    private const string Released = "# head\n1 0.1.0 aaaa\n2 0.2.0 bbbb\n";

    [Fact]
    public void Schema_of_unreleased_version_is_replaced_by_the_present()
    {
        var first = SchemaRecord.Continue("", 1, "0.1.0", "aaaa");
        Rows(first).ShouldBe(["1 0.1.0 aaaa"]);
        Rows(SchemaRecord.Continue(first, 1, "0.1.0", "cccc")).ShouldBe(["1 0.1.0 cccc"]);
    }

    [Fact]
    public void Unchanged_schema_of_later_version_keeps_number_and_row() =>
        Rows(SchemaRecord.Continue(Released, 2, "0.3.0", "bbbb")).ShouldBe(["1 0.1.0 aaaa", "2 0.2.0 bbbb"]);

    [Fact]
    public void Changed_schema_with_the_next_number_gets_a_row() =>
        Rows(SchemaRecord.Continue(Released, 3, "0.3.0", "cccc")).ShouldBe(["1 0.1.0 aaaa", "2 0.2.0 bbbb", "3 0.3.0 cccc"]);

    [Fact]
    public void Changed_schema_with_released_number_is_refused_with_the_remedy()
    {
        var refusal = Should.Throw<InvalidOperationException>(() => SchemaRecord.Continue(Released, 2, "0.3.0", "cccc"));

        refusal.Message.ShouldBe(
            "The schema of the CRDs differs from schema 2 that Drydock 0.2.0 released. Set CrdSchema.Version in src/Crds/Common/CrdSchema.cs to 3, then run make generate.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Number_other_than_last_or_next_is_refused(int number) =>
        Should.Throw<InvalidOperationException>(() => SchemaRecord.Continue(Released, number, "0.3.0", "cccc")).Message.ShouldContain("expected is 2 or 3");

    [Fact]
    public void Schema_hash_ignores_descriptions_and_messages()
    {
        var kind = KindReader.Read(typeof(OmsUpgrade).Assembly)[0];
        var hash = HashOf(kind);

        HashOf(kind with { Description = "Something else." }).ShouldBe(hash);
        HashOf(kind with { Rules = [.. kind.Rules.Select(rule => rule with { Message = "Something else." })] }).ShouldBe(hash);
        HashOf(kind with { Status = kind.Status with { Properties = [.. kind.Status.Properties.Skip(1)] } }).ShouldNotBe(hash);
        HashOf(kind with { Rules = [.. kind.Rules.Select(rule => rule with { Rule = "true" })] }).ShouldNotBe(hash);
    }

    private static string HashOf(KindModel kind) => SchemaRecord.HashOf([CrdYaml.Of(kind)]);

    private static List<string> Rows(string record) =>
        [.. record.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
}
