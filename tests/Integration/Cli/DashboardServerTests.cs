using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Cli.Dashboard;
using Drydock.Lab;
using Drydock.Tests.Integration.Crds;
using Drydock.Tests.Unit.Crds;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Cli;

/// <summary>The dashboard's server, against a real API server.</summary>
[Collection(DashboardTestGroup.Name)]
public sealed partial class DashboardServerTests(DashboardStage stage)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_has_strict_headers()
    {
        await using var dashboard = await stage.StartAsync();
        foreach (var path in DashboardFiles.Names.Concat(["", "api/about", "api/runs", "no-such-file"]))
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
        foreach (var name in DashboardFiles.Names.Where(n => n != "icon.svg"))
        {
            var text = await dashboard.Http.GetStringAsync(new Uri(name, UriKind.Relative), Token);
            Outside().Matches(text).Select(m => m.Value).Where(url => url != "http://www.w3.org/2000/svg").ShouldBeEmpty(name);
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

    [Fact]
    public async Task Read_only_dashboard_writes_nothing()
    {
        await using var dashboard = await stage.StartAsync();
        var before = (string)(await stage.GetAsync(DashboardStage.Migration, "oms-pune"))["metadata"]!["resourceVersion"]!;
        using var post = await PostAsync(dashboard, "oms-pune", new JsonObject { ["verb"] = "pause" }, dashboard.Address);
        post.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await post.Content.ReadAsStringAsync(Token)).ShouldContain("--write");
        using var put = await dashboard.Http.PutAsync(new Uri("api/about", UriKind.Relative), null, Token);
        put.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        ((string)(await stage.GetAsync(DashboardStage.Migration, "oms-pune"))["metadata"]!["resourceVersion"]!).ShouldBe(before);
        dashboard.Output.ShouldContain("read-only");
    }

    [Fact]
    public async Task Write_from_elsewhere_is_refused()
    {
        await using var dashboard = await stage.StartAsync("--write");
        var body = new JsonObject { ["verb"] = "pause" };
        foreach (var origin in (Uri?[])[null, new("http://evil.example"), new("http://localhost:1"), new($"https://127.0.0.1:{dashboard.Address.Port}")])
        {
            using var answer = await PostAsync(dashboard, "oms-pune", body, origin);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, origin?.ToString());
        }

        using var form = await PostAsync(dashboard, "oms-pune", body, dashboard.Address, "text/plain");
        form.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        var stored = await stage.GetAsync(DashboardStage.Migration, "oms-pune");
        stored["metadata"]!["annotations"]?["drydock.dev/pause"].ShouldBeNull();
    }

    [Fact]
    public async Task Change_is_previewed_written_and_followed()
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("up"), SampleRuns.Held());
        await using var dashboard = await stage.StartAsync("--write");
        var path = $"api/runs/omsupgrade/{space}/up";
        var preview = await dashboard.GetAsync($"{path}/change?verb=approve&argument=StopOld", Token);
        var sentence = (string)preview["sentence"]!;
        sentence.ShouldStartWith($"Approves StopOld of {space}/up (plan bbbbbbbb). The run then continues with StopOld/oms-a");
        ((string)preview["command"]!).ShouldStartWith($"kubectl drydock approve up StopOld -n {space} --kubeconfig /");

        var uid = (string)(await dashboard.GetAsync($"{path}/page", Token))["uid"]!;
        var stale = new JsonObject { ["verb"] = "approve", ["argument"] = "StopOld", ["sentence"] = "Something else.", ["uid"] = uid };
        using var refused = await PostAsync(dashboard, "up", stale, dashboard.Address, space: space);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await stage.GetAsync(space, "up"))["metadata"]!["annotations"]?["drydock.dev/approve"].ShouldBeNull();

        stale["sentence"] = sentence;
        var written = PostAsync(dashboard, "up", stale, dashboard.Address, space: space);
        await Deadline.UntilAsync(
            "the approval to be written",
            async _ => (string?)(await stage.GetAsync(space, "up"))["metadata"]!["annotations"]?["drydock.dev/approve"] == "StopOld@bbbbbbbb",
            cancellationToken: Token);
        written.IsCompleted.ShouldBeFalse();
        await stage.WriteStatusAsync(space, "up", new JsonObject
        {
            ["holds"] = null,
            ["message"] = "Stop the old container on oms-a.",
            ["approvals"] = new JsonArray(new JsonObject { ["name"] = "StopOld", ["planHash"] = "bbbbbbbb", ["accepted"] = true }),
        });
        using var answer = await written;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var outcome = (await answer.Content.ReadFromJsonAsync<JsonNode>(Token))!;
        ((string)outcome["sentence"]!).ShouldBe("Approved. StopOld: Stop the old container on oms-a.");
        ((bool)outcome["isRefused"]!).ShouldBeFalse();
    }

    [Theory]
    [InlineData("retry", HttpStatusCode.Conflict)]
    [InlineData("resume", HttpStatusCode.Conflict)]
    [InlineData("no-such-verb", HttpStatusCode.NotFound)]
    public async Task Change_that_the_state_does_not_allow_is_refused(string verb, HttpStatusCode expected)
    {
        await using var dashboard = await stage.StartAsync("--write");
        using var answer = await dashboard.Http.GetAsync(
            new Uri($"api/runs/omsu/{DashboardStage.Migration}/oms-pune/change?verb={verb}", UriKind.Relative), Token);
        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Streams_push_changes_until_the_object_is_deleted()
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("up"), SampleRuns.Running());
        await using var dashboard = await stage.StartAsync("-n", space);
        await using var list = await EventReader.OpenAsync(dashboard.Http, "api/events", Token);
        list.MediaType.ShouldBe("text/event-stream");
        var first = await list.NextAsync("runs", _ => true, Token);
        var run = first["runs"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)run["state"]!).ShouldBe("InProgress");
        first["problems"]!.AsArray().ShouldBeEmpty();
        await using var one = await EventReader.OpenAsync(dashboard.Http, $"api/runs/OmsUpgrade/{space}/up/events", Token);
        await one.NextAsync("run", page => (string)page["run"]!["phase"]! == "Backup", Token);

        await stage.WriteStatusAsync(space, "up", new JsonObject { ["phase"] = "StartNew", ["message"] = "Start oms-a." });
        await list.NextAsync("runs", l => (string)l["runs"]![0]!["phase"]! == "StartNew", Token);
        await one.NextAsync("run", page => (string)page["run"]!["message"]! == "Start oms-a.", Token);

        await stage.Plane.KubectlAsync(["-n", space, "delete", "omsu", "up"], cancellationToken: Token);
        await list.NextAsync("runs", l => l["runs"]!.AsArray().Count == 0, Token);
        await one.NextAsync("gone", _ => true, Token);
    }

    [Fact]
    public async Task Watch_ends_when_the_browser_leaves()
    {
        await using var dashboard = await stage.StartAsync();
        await Deadline.UntilAsync("former watches to end", async t => await stage.WatchesAsync(t) == 0, cancellationToken: Token);
        var reader = await EventReader.OpenAsync(dashboard.Http, "api/events", Token);
        await reader.NextAsync("runs", _ => true, Token);
        await Deadline.UntilAsync("the watch", async t => await stage.WatchesAsync(t) == 1, cancellationToken: Token);
        await reader.DisposeAsync();
        await Deadline.UntilAsync("the watch to end", async t => await stage.WatchesAsync(t) == 0, cancellationToken: Token);
    }

    [Fact]
    public async Task Silent_stream_has_heartbeats()
    {
        await using var dashboard = await RunningDashboard.StartAsync(stage.Plane.AdminKubeconfig, new SampleTime(haste: 10), "-n", "default");
        await using var reader = await EventReader.OpenAsync(dashboard.Http, "api/events", Token);
        await reader.LineAsync("retry: 2000", Token);
        await reader.LineAsync(": heartbeat", Token);
    }

    [Fact]
    public async Task Missing_right_is_said_and_the_own_namespace_is_shown()
    {
        var kubeconfig = await stage.ViewerAsync(DashboardStage.Migration);
        await using var dashboard = await RunningDashboard.StartAsync(kubeconfig, null, "--write");
        var list = await dashboard.GetAsync("api/runs", Token);
        list["runs"]!.AsArray().Select(r => (string)r!["name"]!).ShouldBe(["oms-322-to-422", "oms-berlin", "oms-pune", "tidb-orders"]);
        string.Join(' ', list["problems"]!.AsArray().Select(p => (string)p!))
            .ShouldContain("Only namespace migration is shown for omsupgrades. You may not list omsupgrades");

        await using var reader = await EventReader.OpenAsync(dashboard.Http, "api/runs/dru/default/tidb-orders/events", Token);
        var problem = await reader.NextAsync("problem", _ => true, Token);
        ((string)problem["message"]!).ShouldContain("The role drydock-view has this right.");

        var page = await dashboard.GetAsync("api/runs/omsu/migration/oms-pune/page", Token);
        var preview = await dashboard.GetAsync("api/runs/omsu/migration/oms-pune/change?verb=pause", Token);
        var body = new JsonObject { ["verb"] = "pause", ["sentence"] = (string)preview["sentence"]!, ["uid"] = (string)page["uid"]! };
        using var write = await PostAsync(dashboard, "oms-pune", body, dashboard.Address);
        write.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await write.Content.ReadAsStringAsync(Token)).ShouldContain("drydock-edit");
    }

    [Fact]
    public async Task Difference_of_two_plans_names_steps_and_values()
    {
        await using var dashboard = await stage.StartAsync();
        var difference = await dashboard.GetAsync(
            $"api/runs/omsu/migration/{DashboardStage.Running}/difference?with=omsu/migration/oms-pune", Token);
        difference["added"]!.AsArray().Select(s => (string)s!["id"]!).ShouldBe(["Backup/oms_hb/trim"]);
        difference["removed"]!.AsArray().ShouldBeEmpty();
        var jar = difference["changed"]!.AsArray().Single(c => (string)c!["id"]! == "CorrectMetadata/oms-b/jar")!;
        ((string)jar["fields"]![0]!["before"]!, (string)jar["fields"]![0]!["after"]!).ShouldBe(("false", "true"));
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
            var page = await dashboard.GetAsync($"api/runs/omsu/states/{name}/page", Token);
            ((string?)page["run"]!["message"]).ShouldBe((string?)entity["status"]?["message"] ?? "The operator has not seen the object yet.", name);
            names.Add(name);
        }

        names.Count.ShouldBeGreaterThan(15);
        var list = await dashboard.GetAsync("api/runs", Token);
        list["runs"]!.AsArray().Select(r => (string)r!["name"]!).ShouldBe(names.Order(StringComparer.Ordinal));
        var states = list["runs"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => (string)r!["state"]!, StringComparer.Ordinal);
        (states["held"], states["failed"], states["succeeded"], states["running"]).ShouldBe(("Held", "Stalled", "Ready", "InProgress"));
    }

    [Fact]
    public async Task Interrupt_ends_it_also_while_a_page_is_open()
    {
        var dashboard = await stage.StartAsync();
        await using var reader = await EventReader.OpenAsync(dashboard.Http, "api/events", Token);
        await reader.NextAsync("runs", _ => true, Token);
        (await dashboard.InterruptAsync()).ShouldBe(0);
        await dashboard.DisposeAsync();
    }

    private static async Task<HttpResponseMessage> PostAsync(
        RunningDashboard dashboard, string name, JsonObject body, Uri? origin, string type = "application/json", string space = DashboardStage.Migration)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(dashboard.Address, $"api/runs/omsu/{space}/{name}/change"))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse(type)),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin.GetLeftPart(UriPartial.Authority));
        }

        return await dashboard.Http.SendAsync(request, Token);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();

    [GeneratedRegex("(https?:)?//[a-z0-9.-]+\\.[a-z]{2,}[^'\" )]*")]
    private static partial Regex Outside();
}
