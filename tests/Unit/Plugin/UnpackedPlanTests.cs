using System.IO.Compression;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Tests.Unit.Upgrades;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What a status keeps packed is printed whole: every value of every part of every plan.</summary>
public sealed class UnpackedPlanTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-plans-");
    private FakeApiServer _server = null!;

    public static TheoryData<string> Upgrades => [.. StoredObjectTests.Runs];

    public static TheoryData<string> Databases =>
    [
        .. Directory.GetFiles(Repository.PathOf("tests/Unit/Databases"), "*.json", SearchOption.AllDirectories)
            .Where(file => file.Contains("/Goldens/form-", StringComparison.Ordinal)),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Upgrades))]
    public async Task Plans_of_stored_objects_are_printed_whole(string file)
    {
        var stored = await File.ReadAllTextAsync(Repository.PathOf("tests/Unit/Upgrades/Goldens", file), Token);
        await ShouldBePrintedAsync($"{((string)JsonNode.Parse(stored)!["kind"]!).ToLowerInvariant()}s", stored);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Plans_of_databases_are_printed_whole(string file) => await ShouldBePrintedAsync(
        DatabaseRollingUpgrade.Plural,
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"DatabaseRollingUpgrade","metadata":{"name":"night",
        "namespace":"oms","uid":"u1"},"status":{"plans":[{{{await File.ReadAllTextAsync(file, Token)}}}]}}
        """);

    [Fact]
    public async Task Plan_that_cannot_be_read_is_printed_as_it_is_stored()
    {
        const string Stored = """{"number":1,"kind":"Upgrade","hash":"sha256:0","work":"AAAA"}""";
        Serve(OmsUpgrade.Plural, $$$"""
            {"apiVersion":"drydock.dev/v1alpha1","kind":"OmsUpgrade","metadata":{"name":"night","namespace":"oms",
            "uid":"u1"},"spec":{},"status":{"plans":[{{{Stored}}}]}}
            """);

        var history = JsonNode.Parse(await PrintAsync("history", "night", "-o", "json"))!;

        JsonNode.DeepEquals(history["plans"]![0], JsonNode.Parse(Stored)).ShouldBeTrue(history.ToJsonString());
    }

    [Fact]
    public async Task Plans_are_compared_by_object_number_and_file()
    {
        Serve(OmsUpgrade.Plural, await File.ReadAllTextAsync(
            Repository.PathOf("tests/Unit/Upgrades/Goldens/form-1/rolled-back.json"), Token));
        var file = Path.Combine(_folder.FullName, "plan.json");
        await File.WriteAllTextAsync(file, await PrintAsync("plan", "night", "-o", "json"), Token);
        var numbers = JsonNode.Parse(await File.ReadAllTextAsync(file, Token))!.AsArray()
            .Select(p => (int)p!["number"]!).ToList();

        string[][] ways =
        [
            ["diff", $"night:{numbers[0]}", $"{numbers[1]}"], ["diff", $"night:{numbers[0]}", "night"],
            ["diff", $"omsu/night:{numbers[0]}"], ["diff", $"night:{numbers[0]}", file],
        ];
        foreach (var way in ways)
        {
            var lines = (await PrintAsync(way)).Split('\n');
            lines[0].ShouldMatch(
                $@"^Plan {numbers[0]} of migration/up \([0-9a-f]{{8}}\) → (Plan|The plan) .* \([0-9a-f]{{8}}\)$");
            lines.ShouldContain(line => line.StartsWith("- ", StringComparison.Ordinal));
            lines.ShouldContain(line => line.StartsWith("+ ", StringComparison.Ordinal));
        }

        (await PrintAsync("diff", file, "night")).ShouldEndWith("Both plans do the same.\n");
    }

    private async Task ShouldBePrintedAsync(string plural, string stored)
    {
        var plans = JsonNode.Parse(stored)!["status"]?["plans"]?.AsArray() ?? [];
        Serve(plural, stored);
        var zip = Path.Combine(_folder.FullName, "report.zip");

        var whole = JsonNode.Parse(await PrintAsync("history", "night", "-o", "json"))!;
        var history = whole["plans"]!.AsArray();
        await PrintAsync("report", "night", "--file", zip);

        history.Count.ShouldBe(plans.Count);
        if (JsonNode.Parse(stored)!["status"]?["inventory"] is { } inventory)
        {
            ShouldHave(Unpacked(inventory)["found"], whole["inventory"], "inventory");
        }

        foreach (var (packed, printed) in plans.Zip(history))
        {
            ShouldContain(packed!, printed!);
        }

        await using var report = await ZipFile.OpenReadAsync(zip, Token);
        await using var entry = await report.GetEntry("plans.json")!.OpenAsync(Token);
        JsonNode.DeepEquals(history, await JsonNode.ParseAsync(entry, cancellationToken: Token)).ShouldBeTrue();
        if (plans.Count > 0)
        {
            var yaml = Yaml.Read(await PrintAsync("plan", "night", "-o", "yaml")).ShouldHaveSingleItem();
            ShouldHave(history, yaml, "yaml");
        }
    }

    private static void ShouldContain(JsonNode packed, JsonNode printed)
    {
        var head = packed.AsObject().DeepClone().AsObject();
        foreach (var part in (string[])["packed", "steps", "operator"])
        {
            head.Remove(part);
        }

        ShouldHave(head, printed, "plan");
        foreach (var (part, content) in Unpacked(packed["packed"]!).AsObject())
        {
            ShouldHave(content, printed, part);
        }
    }

    private static JsonNode Unpacked(JsonNode text)
    {
        using var gzip = new GZipStream(
            new MemoryStream(Convert.FromBase64String((string)text!)), CompressionMode.Decompress);
        return JsonNode.Parse(gzip)!;
    }

    // Steps and guards stand in each part, by their ids.
    private static void ShouldHave(JsonNode? expected, JsonNode? printed, string path)
    {
        switch (expected)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    ShouldHave(value, printed?[name], $"{path}.{name}");
                }

                break;
            case JsonArray items when items.All(i => i is JsonObject o && o.ContainsKey("id")):
                foreach (var item in items)
                {
                    var id = (string)item!["id"]!;
                    ShouldHave(
                        item, printed?.AsArray().Single(p => (string)p!["id"]! == id), $"{path}[{id}]");
                }

                break;
            default:
                JsonNode.DeepEquals(expected, printed)
                    .ShouldBeTrue($"{path}: {expected?.ToJsonString()} is printed as {printed?.ToJsonString()}");
                break;
        }
    }

    private void Serve(string plural, string entity) => _server.Otherwise(async context =>
    {
        var path = context.Request.Path.Value!;
        var isOwn = path.EndsWith($"/{plural}/night", StringComparison.Ordinal);
        var isOther = !isOwn && path.EndsWith("/night", StringComparison.Ordinal);
        context.Response.StatusCode = isOther ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            isOwn ? entity
            : isOther ? FakeApiServer.Status(404, "NotFound")
            : path == "/version" ? """{"gitVersion":"v1.30.0"}"""
            : """{"metadata":{},"items":[]}""",
            Token);
    });

    private async Task<string> PrintAsync(params string[] words)
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(
            kubeconfig,
            $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: c, namespace: oms}}]
            clusters: [{name: c, cluster: {server: "{{{_server.Address}}}", tls-server-name: api.example}}]
            """,
            Token);
        await using var output = new StringWriter();
        var code = await DrydockCommand.Create(CliRuns.Plain(output)).Parse([.. words, "--kubeconfig", kubeconfig])
            .InvokeAsync(cancellationToken: Token);
        code.ShouldBe(ExitCodes.Done, output.ToString());
        return output.ToString();
    }
}
