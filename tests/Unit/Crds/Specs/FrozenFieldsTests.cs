using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>
/// The fields that a server with CEL freezes are those that the operator's own hash covers on any server.
/// </summary>
public sealed partial class FrozenFieldsTests
{
    // A field whose parts have messages of their own is only frozen as to whether it is there.
    private static readonly Dictionary<string, IReadOnlyList<string>> Frozen =
        Schemas.Specs.Keys.ToDictionary(kind => kind, kind => Whole([.. Messages(kind)]), StringComparer.Ordinal);

    public static TheoryData<string, string> Fields =>
        [.. Schemas.Specs.SelectMany(kind => FullSpecs.Leaves(kind.Value).Select(path => (kind.Key, path)))];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Field_is_frozen_exactly_when_the_identity_hash_covers_it(string kind, string field)
    {
        var schema = Schemas.Specs[kind];
        var isIdentity = Hash(kind, FullSpecs.With(schema, field)) != Hash(kind, FullSpecs.Of(schema));

        Frozen[kind].Any(whole => field == whole || field.StartsWith($"{whole}.", StringComparison.Ordinal)
            || field.StartsWith($"{whole}[].", StringComparison.Ordinal))
            .ShouldBe(isIdentity, $"{field}: the hash {(isIdentity ? "covers it" : "does not cover it")}");
    }

    [Fact]
    public void Fields_of_both_engines_are_frozen() =>
        new[] { "engine", "instances", "package.archives[].sha256", "tidb.backup.databases", "yugabyte.promoteClass" }
            .ShouldAllBe(field => Frozen[DatabaseRollingUpgrade.KindName].Contains(field));

    private static string Hash(string kind, JsonNode spec)
    {
        var read = KindSpecs.Read(kind, spec.AsObject());
        return FieldClasses.Hash(read, CrdsJsonContext.Default.GetTypeInfo(read.GetType())!, FieldClass.Identity);
    }

    private static IEnumerable<string> Messages(string kind) =>
        YamlToJson.ReadAll(Repository.PathOf("config", "crd", $"drydock.dev_{kind.ToLowerInvariant()}s.yaml"))
            .Single()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["x-kubernetes-validations"]!
            .AsArray()
            .Select(rule => FrozenField().Match(rule!["message"]!.GetValue<string>()))
            .Where(match => match.Success)
            .Select(match => match.Groups["field"].Value);

    private static IReadOnlyList<string> Whole(IReadOnlyList<string> messages) =>
        [.. messages.Where(field => !messages.Any(other => other.StartsWith($"{field}.", StringComparison.Ordinal)
            || other.StartsWith($"{field}[].", StringComparison.Ordinal)))];

    [GeneratedRegex("^spec\\.(?<field>[A-Za-z0-9.\\[\\]]+) is frozen ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FrozenField();
}
