using System.IO.Compression;
using Drydock.Cli.CommandLine;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What a report of the operator's pod contains, and what it does not.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private const string Pods = """
        {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{
          "metadata":{"name":"drydock-0","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"canary-applied"}},
          "spec":{"containers":[{"name":"operator","args":["--storage-root=/var/lib/drydock/images"],"env":[{"name":"HTTPS_PROXY","value":"canary-proxy"}]},{"name":"mesh"}]},
          "status":{"phase":"Running"}}]}
        """;

    private const string Upgrade = """
        {"apiVersion":"drydock.dev/v1alpha1","kind":"OmsUpgrade","metadata":{"name":"night","namespace":"oms","uid":"u1","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"canary-manifest"}},"spec":{"fromVersion":"3.2.2","toVersion":"4.2.2","container":{"env":[{"name":"PROXY_PASSWORD","value":"canary-env"}]}}}
        """;

    private const string General = """{"time":"t","msg":"Leading."}""";
    private const string OfRun = """{"time":"t","msg":"Step began.","namespace":"oms","name":"night"}""";
    private const string OfOther = """{"time":"t","msg":"canary-log","namespace":"payments","name":"night"}""";

    private const string Leases = """
        {"kind":"LeaseList","apiVersion":"coordination.k8s.io/v1","metadata":{},"items":[
          {"metadata":{"name":"mine"},"spec":{"holderIdentity":"u1"}},
          {"metadata":{"name":"canary-lease"},"spec":{"holderIdentity":"u2"}}]}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-pod-");
    private FakeApiServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Zip => Path.Combine(_folder.FullName, "report.zip");

    public async ValueTask InitializeAsync() => _server = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Report_has_no_value_of_variable_and_misses_nothing()
    {
        _server.Otherwise(AnswerAsync);

        var (code, text) = await RunAsync(_server.Address, "report", "night", "--file", Zip);

        code.ShouldBe(ExitCodes.Done, text);
        await using var zip = await ZipFile.OpenReadAsync(Zip, Token);
        foreach (var entry in zip.Entries)
        {
            (await TextAsync(entry)).ShouldNotContain("canary", Case.Sensitive, entry.FullName);
        }

        (await TextAsync(zip.GetEntry("operator/drydock-0.log")!)).ShouldBe($"{General}\n{OfRun}");
        (await TextAsync(zip.GetEntry("operator/pods.json")!)).ShouldContain("HTTPS_PROXY");
        (await TextAsync(zip.GetEntry("omsupgrade.json")!)).ShouldContain("PROXY_PASSWORD");
        (await TextAsync(zip.GetEntry("claims.json")!)).ShouldContain("mine");
        (await TextAsync(zip.GetEntry("missing.txt")!)).ShouldBeWorded();
        File.GetUnixFileMode(Zip).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(_folder.FullName, "*.partial").ShouldBeEmpty();
    }

    [Fact]
    public async Task Whole_log_is_kept_on_request()
    {
        _server.Otherwise(AnswerAsync);

        (await RunAsync(_server.Address, "report", "night", "--file", Zip, "--whole-log")).Code
            .ShouldBe(ExitCodes.Done);

        await using var zip = await ZipFile.OpenReadAsync(Zip, Token);
        (await TextAsync(zip.GetEntry("operator/drydock-0.log")!)).ShouldContain("payments");
        (await TextAsync(zip.GetEntry("missing.txt")!)).ShouldBeWorded();
    }

    [Fact]
    public async Task Report_that_fails_leaves_no_file()
    {
        await Should.ThrowAsync<IOException>(() => Drydock.Cli.Reports.ReportFile.WriteAsync(Zip, async stream =>
        {
            await stream.WriteAsync("half"u8.ToArray(), Token);
            throw new IOException("no space");
        }));
        Directory.GetFiles(_folder.FullName).ShouldBeEmpty();

        await File.WriteAllTextAsync(Zip, "mine", Token);
        (await Should.ThrowAsync<CliException>(() => Drydock.Cli.Reports.ReportFile.WriteAsync(
            Zip, _ => Task.CompletedTask))).ExitCode.ShouldBe(ExitCodes.Refused);
        (await File.ReadAllTextAsync(Zip, Token)).ShouldBe("mine");
    }

    [Fact]
    public async Task Server_that_is_not_reached_is_a_sentence()
    {
        var (code, text) = await RunAsync(
            new Uri("http://127.0.0.1:1/"), "report", "night", "--file", Zip, "--request-timeout", "1s");

        code.ShouldBe(ExitCodes.Failed);
        text.ShouldContain("127.0.0.1:1");
        text.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Every_request_names_the_server_of_the_kubeconfig()
    {
        List<string> names = [];
        _server.Otherwise(context =>
        {
            names.Add(context.Request.Host.Host);
            return AnswerAsync(context);
        });

        (await RunAsync(_server.Address, "report", "night", "--file", Zip)).Code.ShouldBe(ExitCodes.Done);

        names.Distinct().ShouldBe(["api.example"]);
    }

    [Fact]
    public async Task Every_request_is_made_as_the_given_user()
    {
        List<string?> users = [];
        _server.Otherwise(context =>
        {
            users.Add(context.Request.Headers["Impersonate-User"]);
            return AnswerAsync(context);
        });

        (await RunAsync(_server.Address, "report", "night", "--file", Zip, "--as", "li.wei")).Code
            .ShouldBe(ExitCodes.Done);

        users.Count.ShouldBeGreaterThan(5);
        users.Distinct().ShouldBe(["li.wei"]);
    }

    private static Task AnswerAsync(HttpContext context) => context.Request.Path.Value! switch
    {
        var path when path.EndsWith("/pods", StringComparison.Ordinal) => WriteAsync(context, 200, Pods),
        var path when path.EndsWith("/log", StringComparison.Ordinal) => context.Request.Query["previous"] == "true"
            ? WriteAsync(
                context, 400, FakeApiServer.Status(400, "BadRequest", "previous terminated container not found"))
            : WriteAsync(context, 200, $"{General}\n{OfOther}\n{OfRun}"),
        var path when path.EndsWith("/leases", StringComparison.Ordinal) => WriteAsync(context, 200, Leases),
        var path when path.EndsWith("/omsupgrades/night", StringComparison.Ordinal) => WriteAsync(
            context, 200, Upgrade),
        var path when path.EndsWith("/databaserollingupgrades/night", StringComparison.Ordinal) => WriteAsync(
            context, 404, FakeApiServer.Status(404, "NotFound")),
        "/version" => WriteAsync(context, 200, """{"gitVersion":"v1.30.0"}"""),
        _ => WriteAsync(context, 200, """{"metadata":{},"items":[]}"""),
    };

    private static async Task WriteAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private static async Task<string> TextAsync(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(await entry.OpenAsync(Token));
        return await reader.ReadToEndAsync(Token);
    }

    private async Task<(int Code, string Text)> RunAsync(Uri server, params string[] words)
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(
            kubeconfig,
            $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: c, namespace: oms}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}", tls-server-name: api.example}}]
            """,
            Token);
        await using var output = new StringWriter();
        var code = await DrydockCommand.Create(CliRuns.Plain(output)).Parse([.. words, "--kubeconfig", kubeconfig])
            .InvokeAsync(cancellationToken: Token);
        return (code, output.ToString());
    }
}
