using System.Net;
using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The console's API, version by version, with the quirks real ones have.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ConsoleApiTests(OmsLab lab)
{
    // The first migration project of the seed that is suspended.
    private const string Suspended = "np_000002abcdef";
    private const string Running = "np_000001abcdef";
    private static readonly UpgradeRoad Road = new() { Id = "api", From = "4.2.0_ce", To = "4.2.1_ce", RegionSizes = [1], Scenario = x => x with { Projects = 480 } };

    [Fact]
    public async Task API_version_2_lists_pages_and_resumes_once()
    {
        var oms = await lab.UseAsync(Road);
        using var api = new ConsoleApi(oms.Nodes[0]);
        await api.ServesAsync();

        var first = await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageNumber":1,"pageSize":150}""");
        var third = await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageNumber":3,"pageSize":150}""");
        first["totalCount"]!.GetValue<int>().ShouldBeGreaterThan(150);
        first["data"]!.AsArray().Count.ShouldBe(150);
        third["data"]!.AsArray().ShouldBeEmpty();
        (await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageSize":151}"""))["code"]!.GetValue<string>().ShouldBe("PARAM_ERROR");
        (await api.AskAsync("Nonsense"))["success"]!.GetValue<bool>().ShouldBeFalse();
        var steps = (await api.AskAsync("DescribeProjectSteps", Id(Running)))["data"]!.AsArray();
        steps.Single(x => x!["name"]!.GetValue<string>() == "INCR_TRANSFER")!["status"]!.GetValue<string>().ShouldBe("MONITORING");
        var components = (await api.AskAsync("DescribeProjectComponents", Id(Running)))["data"]!;
        components["fullImportComponents"]![0]!["status"]!.GetValue<string>().ShouldBe("FINISHED");
        components["reverseStoreList"].ShouldBeNull();
        (await api.AskAsync("ResumeProject", Id(Suspended)))["success"]!.GetValue<bool>().ShouldBeTrue();
        (await api.AskAsync("ResumeProject", Id(Suspended)))["code"]!.GetValue<string>().ShouldBe("GHANA-OPERAT000005");
        (await oms.CountAsync(OmsEvents.ApiResume)).ShouldBe(1);
        using var old = await api.GetAsync($"/api/omsp/v2/migrations/{Running}/progress");
        old.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await KnobsAsync(oms, api);
    }

    [Fact]
    public async Task API_of_330_has_progress_endpoints_but_no_project_list()
    {
        var oms = await lab.UseAsync(UpgradeRoad.CommunitySingle);
        using var api = new ConsoleApi(oms.Nodes[0]);
        await api.ServesAsync();
        foreach (var id in new[] { "1", Running })
        {
            using var answer = await api.GetAsync($"/api/omsp/v2/migrations/{id}/progress");
            var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            json["data"]!["status"]!.GetValue<string>().ShouldBe("RUNNING");
            long.Parse(json["data"]!["incrSyncCheckpoint"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        }

        using var none = await api.PostAsync("ListProjects");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static string Id(string key) => $$"""{"id":"{{key}}"}""";

    private static async Task KnobsAsync(OmsScenario oms, ConsoleApi api)
    {
        Task Set(OmsApiKnobs knobs) => oms.SetKnobsAsync(new OmsKnobs { Api = knobs });
        await Set(new OmsApiKnobs { Failures = new Dictionary<string, OmsApiFailure>(StringComparer.Ordinal) { ["DescribeProject"] = new("GHANA-OPERAT000001", "busy", Times: 1) } });
        (await api.AskAsync("DescribeProject", Id(Running)))["code"]!.GetValue<string>().ShouldBe("GHANA-OPERAT000001");
        (await api.AskAsync("DescribeProject", Id(Running)))["success"]!.GetValue<bool>().ShouldBeTrue();
        await Set(new OmsApiKnobs { HttpStatus = new Dictionary<string, OmsApiStatus>(StringComparer.Ordinal) { ["ListProjects"] = new(503) } });
        using (var broken = await api.PostAsync("ListProjects"))
        {
            broken.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        await Set(new OmsApiKnobs { Quirks = true, LagSeconds = new Dictionary<string, int>(StringComparer.Ordinal) { ["*"] = 3600 } });
        var progress = await api.AskAsync("DescribeProjectProgress", Id(Running));
        var behind = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(progress["data"]!["incrSyncCheckpoint"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
        behind.ShouldBeGreaterThanOrEqualTo(3600);
        await Set(new OmsApiKnobs { Cut = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["StopProject"] = new("after", Times: 1) } });
        await Should.ThrowAsync<HttpRequestException>(() => api.AskAsync("StopProject", Id(Running)));
        (await oms.CountAsync(OmsEvents.ApiStop)).ShouldBe(1);
        await Set(new OmsApiKnobs { Cut = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["StopProject"] = new("before") } });
        await Should.ThrowAsync<HttpRequestException>(() => api.AskAsync("StopProject", Id(Running)));
        (await oms.CountAsync(OmsEvents.ApiStop)).ShouldBe(1);
        foreach (var garbage in new[] { "truncated", "html" })
        {
            await Set(new OmsApiKnobs { Garbage = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["ListProjects"] = new(garbage) } });
            await Should.ThrowAsync<System.Text.Json.JsonException>(() => api.AskAsync("ListProjects"));
        }

        await Set(new OmsApiKnobs { Garbage = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["ListProjects"] = new("huge") } });
        (await api.AskAsync("ListProjects"))["padding"]!.GetValue<string>().Length.ShouldBeGreaterThan(20 << 20);
        await Set(new OmsApiKnobs { PasswordExpired = true, ClockOffsetSeconds = -600 });
        using (var expired = await api.PostAsync("ListProjects"))
        {
            (await expired.Content.ReadAsStringAsync()).ShouldContain("GHANA-USER000003");
            (TimeProvider.System.GetUtcNow() - expired.Headers.Date!.Value).ShouldBeGreaterThan(TimeSpan.FromMinutes(9));
        }

        using var stranger = new ConsoleApi(oms.Nodes[0], "wrong");
        foreach (var (how, status) in new[] { ("redirect", HttpStatusCode.Found), ("200", HttpStatusCode.OK), ("401", HttpStatusCode.Unauthorized) })
        {
            await Set(new OmsApiKnobs { AuthFailure = how });
            using var refused = await stranger.PostAsync("ListProjects");
            refused.StatusCode.ShouldBe(status);
        }
    }
}
