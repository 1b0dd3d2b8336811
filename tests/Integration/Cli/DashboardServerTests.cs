using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Drydock.Cli.Dashboard;
using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Integration.Cli;

/// <summary>The dashboard's server, against a real API server.</summary>
[Collection(DashboardTestGroup.Name)]
public sealed partial class DashboardServerTests(DashboardStage stage)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static IEnumerable<string> Files => typeof(DashboardServer).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("dashboard/", StringComparison.Ordinal))
        .Select(name => name["dashboard/".Length..]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_has_strict_headers()
    {
        await using var dashboard = await stage.StartAsync();
        foreach (var path in Files.Concat(["", "api/about", "api/runs", "no-such-file"]))
        {
            using var answer = await dashboard.Http.GetAsync(new Uri(path, UriKind.Relative), Token);
            answer.StatusCode.ShouldBe(path == "no-such-file" ? HttpStatusCode.NotFound : HttpStatusCode.OK, path);
            Header(answer, "Content-Security-Policy").ShouldBe(Policy);
            Header(answer, "X-Content-Type-Options").ShouldBe("nosniff");
            Header(answer, "Referrer-Policy").ShouldBe("no-referrer");
            Header(answer, "Cache-Control").ShouldBe("no-store");
            Header(answer, "Cross-Origin-Resource-Policy").ShouldBe("same-origin");
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Page_has_no_inline_code_and_no_outside_resource()
    {
        await using var dashboard = await stage.StartAsync();
        foreach (var name in Files.Where(n => n != "icon.svg"))
        {
            var text = await dashboard.Http.GetStringAsync(new Uri(name, UriKind.Relative), Token);
            Outside().Matches(text).Select(m => m.Value).Where(url => url != "http://www.w3.org/2000/svg")
                .ShouldBeEmpty(name);
            text.Split('\n').Length.ShouldBeLessThanOrEqualTo(401, name);
        }

        var page = await dashboard.Http.GetStringAsync(dashboard.Address, Token);
        Regex.Matches(page, "<script[^>]*>(?!</script>)|<style|\\sstyle=|\\son[a-z]+=").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1:1")]
    [InlineData("localhost")]
    [InlineData("[::1]:PORT")]
    public async Task Request_with_another_host_is_refused(string host)
    {
        await using var dashboard = await stage.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(dashboard.Address, "api/runs"));
        request.Headers.Host = host.Replace("PORT", $"{dashboard.Address.Port}", StringComparison.Ordinal);
        using var answer = await dashboard.Http.SendAsync(request, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldNotContain("oms");
    }

    [Fact]
    public async Task Request_without_the_token_finds_nothing()
    {
        await using var dashboard = await stage.StartAsync();
        dashboard.Address.AbsolutePath.ShouldMatch("^/[0-9a-f]{32}/$");
        foreach (var path in (string[])["/", "/api/runs", $"/{new string('0', 32)}/api/runs", "/index.html"])
        {
            using var answer = await dashboard.Http.GetAsync(new Uri(dashboard.Address, path), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        var local = new UriBuilder(new Uri(dashboard.Address, "api/about")) { Host = "localhost" }.Uri;
        using var named = await dashboard.Http.GetAsync(local, Token);
        named.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Other_method_than_get_is_refused(string method)
    {
        await using var dashboard = await stage.StartAsync();
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(dashboard.Address, "api/runs/omsu/migration/oms-pune"))
        {
            Content = JsonContent.Create(new JsonObject { ["verb"] = "pause" }),
        };
        request.Headers.Add("Origin", dashboard.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await dashboard.Http.SendAsync(request, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("read-only");
        (await stage.GetAsync(DashboardStage.Migration, "oms-pune"))["metadata"]!["annotations"].ShouldBeNull();
        dashboard.Output.ShouldContain("read-only");
    }

    [Fact]
    public async Task Read_from_another_origin_is_refused()
    {
        await using var dashboard = await stage.StartAsync();
        (string Origin, HttpStatusCode Expected)[] cases =
        [
            ("http://evil.example", HttpStatusCode.Forbidden),
            ("http://localhost:1", HttpStatusCode.Forbidden),
            ($"https://127.0.0.1:{dashboard.Address.Port}", HttpStatusCode.Forbidden),
            ("null", HttpStatusCode.Forbidden),
            (dashboard.Address.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK),
        ];
        foreach (var (origin, expected) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(dashboard.Address, "api/runs"));
            request.Headers.Add("Origin", origin);
            using var answer = await dashboard.Http.SendAsync(request, Token);
            answer.StatusCode.ShouldBe(expected, origin);
        }
    }

    [Fact]
    public async Task Change_and_deletion_are_in_the_next_answers()
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("other"), SampleRuns.Held());
        await stage.CreateAsync(space, Manifests.Upgrade("up"), SampleRuns.Running());
        await using var dashboard = await stage.StartAsync("-n", space);
        var path = $"api/runs/omsu/{space}/up";
        var first = await dashboard.GetAsync("api/runs", Token);
        first["runs"]!.AsArray().Select(r => $"{r!["name"]} {r["state"]}").ShouldBe(["up InProgress", "other Held"]);
        first["problems"]!.AsArray().ShouldBeEmpty();
        var page = await dashboard.GetAsync(path, Token);
        ((string)page["run"]!["phase"]!, (string)page["run"]!["system"]!).ShouldBe(("Backup", "Down"));

        await stage.WriteStatusAsync(
            space, "up", new JsonObject { ["phase"] = "StartNew", ["message"] = "Start oms-a." });
        var changed = await dashboard.GetAsync("api/runs", Token);
        changed["runs"]!.AsArray().Select(r => $"{r!["name"]} {r["phase"]}").ShouldBe(["up StartNew", "other StopOld"]);
        ((string)(await dashboard.GetAsync(path, Token))["run"]!["message"]!).ShouldBe("Start oms-a.");

        await stage.Plane.KubectlAsync(["-n", space, "delete", "omsu", "up"], cancellationToken: Token);
        var left = await dashboard.GetAsync("api/runs", Token);
        ((string)left["runs"]!.AsArray().ShouldHaveSingleItem()!["name"]!).ShouldBe("other");
        using var gone = await dashboard.Http.GetAsync(new Uri(path, UriKind.Relative), Token);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await gone.Content.ReadAsStringAsync(Token)).ShouldContain($"There is no OmsUpgrade up in namespace {space}.");
    }

    [Fact]
    public async Task Silent_api_server_is_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var kubeconfig = Path.Combine(stage.Run.Folder, "silent.kubeconfig");
        await File.WriteAllTextAsync(
            kubeconfig,
            $"""
            apiVersion: v1
            kind: Config
            current-context: silent
            clusters:
            - name: silent
              cluster:
                server: http://{silent.LocalEndpoint}
            users:
            - name: u
            contexts:
            - name: silent
              context:
                cluster: silent
                user: u
            """,
            Token);
        await using var dashboard = await RunningDashboard.StartAsync(kubeconfig, new SampleTime(haste: 100));
        foreach (var path in (string[])["api/runs", "api/runs/omsu/migration/oms-pune"])
        {
            using var answer = await dashboard.Http.GetAsync(new Uri(path, UriKind.Relative), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout, path);
            (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("The API server did not answer within 15 s.");
        }
    }

    [Fact]
    public async Task Missing_right_is_said_and_the_own_namespace_is_shown()
    {
        var kubeconfig = await stage.ViewerAsync(DashboardStage.Migration);
        await using var dashboard = await RunningDashboard.StartAsync(kubeconfig);
        var list = await dashboard.GetAsync("api/runs", Token);
        list["runs"]!.AsArray().Select(r => (string)r!["name"]!)
            .ShouldBe(["oms-322-to-422", "oms-pune", "tidb-orders", "oms-berlin"]);
        string.Join(' ', list["problems"]!.AsArray().Select(p => (string)p!))
            .ShouldContain("Only namespace migration is shown for omsupgrades. You may not list omsupgrades");

        using var other = await dashboard.Http.GetAsync(
            new Uri("api/runs/dru/default/tidb-orders", UriKind.Relative), Token);
        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await other.Content.ReadAsStringAsync(Token)).ShouldContain("The role drydock-view has this right.");
    }

    [Fact]
    public async Task Every_state_that_an_operator_writes_is_shown()
    {
        await using var dashboard = await stage.StartAsync("-n", "states");
        List<string> names = [];
        foreach (var file in Directory.EnumerateFiles(
            Repository.PathOf("config", "argocd", "resource_customizations", "drydock.dev", "_", "testdata"), "*.yaml"))
        {
            var entity = YamlToJson.ReadAll(file).Single().AsObject();
            if ((string)entity["kind"]! != "OmsUpgrade")
            {
                continue;
            }

            var name = Path.GetFileNameWithoutExtension(file);
            var manifest = Manifests.Upgrade(name);
            foreach (var (field, value) in entity["spec"]!.AsObject().Where(f => f.Value?.ToJsonString() != "\"\""))
            {
                manifest["spec"]![field] = value?.DeepClone();
            }

            await stage.CreateAsync("states", manifest, entity["status"]?.DeepClone().AsObject());
            var page = await dashboard.GetAsync($"api/runs/omsu/states/{name}", Token);
            ((string?)page["run"]!["message"])
                .ShouldBe((string?)entity["status"]?["message"] ?? "The operator has not seen the object yet.", name);
            names.Add(name);
        }

        names.Count.ShouldBeGreaterThan(15);
        var list = await dashboard.GetAsync("api/runs", Token);
        list["runs"]!.AsArray().Select(r => (string)r!["name"]!).ShouldBe(names, ignoreOrder: true);
        var states = list["runs"]!.AsArray().ToDictionary(
            r => (string)r!["name"]!, r => (string)r!["state"]!, StringComparer.Ordinal);
        (states["held"], states["failed"], states["succeeded"], states["running"])
            .ShouldBe(("Held", "Stalled", "Ready", "InProgress"));
    }

    [Fact]
    public async Task Interrupt_ends_it_also_while_a_page_is_open()
    {
        var dashboard = await stage.StartAsync();
        await dashboard.GetAsync("api/runs", Token);
        (await dashboard.InterruptAsync()).ShouldBe(0);
        await dashboard.DisposeAsync();
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.GetValues(name).ShouldHaveSingleItem();

    [GeneratedRegex("(https?:)?//[a-z0-9.-]+\\.[a-z]{2,}[^'\" )]*")]
    private static partial Regex Outside();
}
