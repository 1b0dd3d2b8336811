using System.Text.Json.Serialization.Metadata;

namespace Drydock.Tests.Unit.Crds;

public sealed class JsonTests
{
    private static readonly List<(string Name, JsonNode Json)> Manifests =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("config", "samples"), "*.yaml").Order(StringComparer.Ordinal)
            .SelectMany(path => YamlToJson.ReadAll(path).Select(
                json => ($"{Path.GetFileName(path)} {json["metadata"]!["name"]}", (JsonNode)json))),
    ];

    public static TheoryData<string> Samples =>
        [.. Manifests.Where(sample => !IsSecret(sample.Json)).Select(sample => sample.Name)];

    public static TheoryData<string> TypeNames => [.. Types().Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void Absent_field_has_the_default_of_the_type(string typeName)
    {
        var info = Info(typeName);
        JsonSerializer.Serialize(JsonSerializer.Deserialize("{}", info), info)
            .ShouldBe(JsonSerializer.Serialize(Activator.CreateInstance(info.Type), info));
    }

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void Null_list_or_text_is_read_as_not_null(string typeName)
    {
        var info = Info(typeName);
        var standard = Activator.CreateInstance(info.Type)!;
        var notNull = info.Properties.Where(
            property => !property.PropertyType.IsValueType && property.Get?.Invoke(standard) is not null).ToList();
        var nulls = new JsonObject(
            notNull.Select(property => KeyValuePair.Create<string, JsonNode?>(property.Name, null)));
        var read = JsonSerializer.Deserialize(nulls.ToJsonString(), info)!;
        foreach (var property in notNull)
        {
            property.Get!(read).ShouldNotBeNull(property.Name);
        }
    }

    [Fact]
    public void Json_uses_camel_case_names_and_enum_words_without_nulls()
    {
        var json = JsonSerializer.Serialize(
            new OmsNode { Name = "a", HostIP = "192.0.2.1" },
            CrdsJsonContext.Default.OmsNode);
        json.ShouldBe("""{"name":"a","hostIP":"192.0.2.1"}""");
        JsonSerializer.Serialize(
            new HighAvailabilitySpec { Method = HighAvailabilityMethod.Manual },
            CrdsJsonContext.Default.HighAvailabilitySpec)
            .ShouldStartWith("""{"method":"Manual","afterUpgrade":"Enable",""");
        JsonSerializer.Serialize(
            new BackupSnapshotStatus { SnapshotID = "x" }, CrdsJsonContext.Default.BackupSnapshotStatus)
            .ShouldContain("\"snapshotID\":\"x\"");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_round_trip_keeps_every_value(string name)
    {
        var sample = Sample(name);
        var type = typeof(OmsUpgrade).Assembly.GetTypes().Single(
            type => type.Name == sample["kind"]!.GetValue<string>());
        var info = CrdsJsonContext.Default.GetTypeInfo(type)!;

        var once = JsonSerializer.SerializeToNode(sample.Deserialize(info), info)!;

        Missing(sample, once, "").ShouldBeEmpty();
        var twice = JsonSerializer.SerializeToNode(once.Deserialize(info), info)!;
        JsonNode.DeepEquals(once, twice).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_refers_only_to_Secrets_of_the_samples(string name) =>
        References(Sample(name)).ShouldBeSubsetOf(Manifests.Where(sample => IsSecret(sample.Json))
            .Select(sample => sample.Json["metadata"]!["name"]!.GetValue<string>()));

    private static bool IsSecret(JsonNode json) => json["kind"]!.GetValue<string>() == "Secret";

    private static JsonNode Sample(string name) => Manifests.Single(sample => sample.Name == name).Json;

    // The parts of the kinds, but not those of plans and conditions, which only the operator writes, and writes whole.
    // A whole object always has apiVersion, kind, metadata and spec: the server sees to it.
    private static IEnumerable<Type> Types() => typeof(OmsUpgrade).Assembly.GetTypes()
        .Where(type => type.Namespace != typeof(Plan).Namespace && type.Namespace != typeof(Condition).Namespace)
        .Where(type => type is { IsPublic: true, IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
        .Where(type => CrdsJsonContext.Default.GetTypeInfo(type) is not null
            && !type.IsAssignableTo(typeof(IKubernetesObject)));

    private static JsonTypeInfo Info(string typeName) =>
        CrdsJsonContext.Default.GetTypeInfo(typeof(OmsUpgrade).Assembly.GetType(typeName, throwOnError: true)!)!;

    private static IEnumerable<string> Missing(JsonNode? said, JsonNode? read, string path) => said switch
    {
        JsonObject map => map.SelectMany(
            entry => Missing(entry.Value, read is JsonObject other ? other[entry.Key] : null, $"{path}.{entry.Key}")),
        JsonArray list => list.SelectMany((item, index) => Missing(
            item, read is JsonArray other && index < other.Count ? other[index] : null, $"{path}[{index}]")),
        _ => JsonNode.DeepEquals(said, read) ? [] : [path],
    };

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Key.EndsWith("SecretRef", StringComparison.Ordinal)
            ? [entry.Value!["name"]!.GetValue<string>()]
            : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
