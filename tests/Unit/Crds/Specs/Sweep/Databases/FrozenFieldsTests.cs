using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Tests.Unit.Crds.Specs.Making;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// What a server with CEL freezes while a plan is stored, and what the operator's own hash notices on any server, is
/// the same.
/// </summary>
public sealed partial class FrozenFieldsTests
{
    private static readonly JsonObject Schema = Schemas.Specs[DatabaseRollingUpgrade.KindName];

    // A field whose parts have messages of their own is only frozen as to whether it is there.
    private static readonly IReadOnlyList<string> Frozen = Whole([.. Messages()]);

    public static TheoryData<string> Fields =>
        [.. Schema.Walk().Where(at => at.Schema["properties"] is null && at.Schema["items"]?["properties"] is null).Select(at => at.Path)];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_is_frozen_if_and_only_if_the_identity_hash_has_it(string field)
    {
        var (spec, other) = (Full(Schema).AsObject(), Full(Schema).AsObject());
        Change(Schema, other, field.Split('.'));
        var isIdentity = DatabaseIdentity.Of(Read(other)) != DatabaseIdentity.Of(Read(spec));

        Frozen.Any(whole => field == whole || field.StartsWith($"{whole}.", StringComparison.Ordinal) || field.StartsWith($"{whole}[].", StringComparison.Ordinal))
            .ShouldBe(isIdentity, $"{field}: the hash {(isIdentity ? "has it" : "has it not")}");
    }

    [Fact]
    public void There_are_frozen_fields_of_both_engines() =>
        new[] { "engine", "instances", "package.archives[].sha256", "tidb.backup.databases", "yugabyte.dialect" }.ShouldAllBe(field => Frozen.Contains(field));

    private static IEnumerable<string> Messages() =>
        YamlToJson.ReadAll(Repository.PathOf("config", "crd", "drydock.dev_databaserollingupgrades.yaml")).Single()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["x-kubernetes-validations"]!
            .AsArray()
            .Select(rule => FrozenField().Match(rule!["message"]!.GetValue<string>()))
            .Where(match => match.Success)
            .Select(match => match.Groups["field"].Value);

    private static IReadOnlyList<string> Whole(IReadOnlyList<string> messages) =>
        [.. messages.Where(field => !messages.Any(other => other.StartsWith($"{field}.", StringComparison.Ordinal) || other.StartsWith($"{field}[].", StringComparison.Ordinal)))];

    private static DatabaseRollingUpgradeSpec Read(JsonObject spec) =>
        spec.Deserialize<DatabaseRollingUpgradeSpec>(Rolls.Options)!;

    // Every field is there, every list has one item.
    private static JsonNode Full(JsonObject schema) => schema.Kind() switch
    {
        "object" => new JsonObject(schema.Fields().Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Full(field.Value!.AsObject())))),
        "array" => new JsonArray(Full(schema["items"]!.AsObject())),
        "boolean" => JsonValue.Create(false),
        "integer" => JsonValue.Create(7),
        _ when schema.Text("format") == "date-time" => JsonValue.Create("2026-03-01T04:00:00Z"),
        _ => JsonValue.Create(schema.Words() is [var word, ..] ? word : "1m"),
    };

    private static void Change(JsonObject schema, JsonObject owner, ReadOnlySpan<string> path)
    {
        var name = path[0].Replace("[]", "", StringComparison.Ordinal);
        var field = schema["properties"]![name]!.AsObject();
        if (path.Length > 1)
        {
            var isList = field.Kind() == "array";
            Change(isList ? field["items"]!.AsObject() : field, (isList ? owner[name]![0] : owner[name])!.AsObject(), path[1..]);
            return;
        }

        owner[name] = field.Kind() switch
        {
            "array" => new JsonArray(),
            "boolean" => JsonValue.Create(true),
            "integer" => JsonValue.Create(8),
            _ when field.Text("format") == "date-time" => JsonValue.Create("2026-03-02T04:00:00Z"),
            _ => JsonValue.Create(field.Words() is { Count: > 0 } words ? words[^1] : "2m"),
        };
    }

    [GeneratedRegex("^spec\\.(?<field>[A-Za-z0-9.\\[\\]]+) is frozen ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FrozenField();
}
