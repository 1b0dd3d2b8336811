namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The console's API, version by version, with the quirks real ones have.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ConsoleApiTests(OmsLab lab)
{
    private const string Running = "np_000001abcdef";
    private static readonly UpgradeRoad Road = new()
    {
        Id = "api",
        From = "4.2.0_ce",
        To = "4.2.1_ce",
        RegionSizes = [1],
        Scenario = x => x with { Projects = 480 }
    };

    [Fact]
    public async Task API_version_2_lists_pages()
    {
        var oms = await lab.UseAsync(Road);
        using var api = new ConsoleApi(oms.Nodes[0]);
        await api.ServesAsync();

        var first = await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageNumber":1,"pageSize":150}""");
        var third = await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageNumber":3,"pageSize":150}""");
        first["totalCount"]!.GetValue<int>().ShouldBeGreaterThan(150);
        first["data"]!.AsArray().Count.ShouldBe(150);
        third["data"]!.AsArray().ShouldBeEmpty();
        (await api.AskAsync("ListProjects", """{"type":"MIGRATION","pageSize":151}"""))["code"]!.GetValue<string>()
            .ShouldBe("PARAM_ERROR");
        (await api.AskAsync("Nonsense"))["success"]!.GetValue<bool>().ShouldBeFalse();
        var steps = (await api.AskAsync("DescribeProjectSteps", Id(Running)))["data"]!.AsArray();
        steps.Single(x => x!["name"]!.GetValue<string>() == "INCR_TRANSFER")!["status"]!.GetValue<string>()
            .ShouldBe("MONITORING");
        var components = (await api.AskAsync("DescribeProjectComponents", Id(Running)))["data"]!;
        components["fullImportComponents"]![0]!["status"]!.GetValue<string>().ShouldBe("FINISHED");
        components["reverseStoreList"].ShouldBeNull();
        await KnobsAsync(oms, api);
    }

    [Fact]
    public async Task Console_of_330_has_no_API()
    {
        var oms = await lab.UseAsync(UpgradeRoad.CommunitySingle);
        using var api = new ConsoleApi(oms.Nodes[0]);
        await api.ServesAsync();

        using var none = await api.PostAsync("ListProjects");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static string Id(string key) => $$"""{"id":"{{key}}"}""";

    private static async Task KnobsAsync(OmsScenario oms, ConsoleApi api)
    {
        Task Set(OmsApiKnobs knobs) => oms.SetKnobsAsync(new OmsKnobs { Api = knobs });
        await Set(new OmsApiKnobs
        {
            Failures = new Dictionary<string, OmsApiFailure>(StringComparer.Ordinal)
            {
                ["DescribeProjectSteps"] = new("GHANA-OPERAT000001", "busy", Times: 1)
            }
        });
        (await api.AskAsync("DescribeProjectSteps", Id(Running)))["code"]!.GetValue<string>()
            .ShouldBe("GHANA-OPERAT000001");
        (await api.AskAsync("DescribeProjectSteps", Id(Running)))["success"]!.GetValue<bool>().ShouldBeTrue();
        await Set(new OmsApiKnobs
        {
            HttpStatus = new Dictionary<string, OmsApiStatus>(StringComparer.Ordinal) { ["ListProjects"] = new(503) }
        });
        using (var broken = await api.PostAsync("ListProjects"))
        {
            broken.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        await Set(new OmsApiKnobs
        {
            Quirks = true,
            LagSeconds = new Dictionary<string, int>(StringComparer.Ordinal) { ["*"] = 3600 }
        });
        var progress = await api.AskAsync("DescribeProjectProgress", Id(Running));
        var behind = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(
            progress["data"]!["incrSyncCheckpoint"]!.GetValue<string>(),
            System.Globalization.CultureInfo.InvariantCulture);
        behind.ShouldBeGreaterThanOrEqualTo(3600);
        await Set(new OmsApiKnobs
        {
            Cut =
                new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["ListProjects"] = new("before", Times: 1) }
        });
        await Should.ThrowAsync<HttpRequestException>(() => api.AskAsync("ListProjects"));
        foreach (var garbage in new[] { "truncated", "html" })
        {
            await Set(new OmsApiKnobs
            {
                Garbage = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["ListProjects"] = new(garbage) }
            });
            await Should.ThrowAsync<System.Text.Json.JsonException>(() => api.AskAsync("ListProjects"));
        }

        await Set(new OmsApiKnobs
        {
            Garbage = new Dictionary<string, OmsFault>(StringComparer.Ordinal) { ["ListProjects"] = new("huge") }
        });
        (await api.AskAsync("ListProjects"))["padding"]!.GetValue<string>().Length.ShouldBeGreaterThan(20 << 20);
        await Set(new OmsApiKnobs { PasswordExpired = true, ClockOffsetSeconds = -600 });
        using (var expired = await api.PostAsync("ListProjects"))
        {
            (await expired.Content.ReadAsStringAsync()).ShouldContain("GHANA-USER000003");
            (TimeProvider.System.GetUtcNow() - expired.Headers.Date!.Value)
                .ShouldBeGreaterThan(TimeSpan.FromMinutes(9));
        }

        using var stranger = new ConsoleApi(oms.Nodes[0], "wrong");
        foreach (var (how, status) in new[]
        {
            ("redirect", HttpStatusCode.Found), ("200", HttpStatusCode.OK), ("401", HttpStatusCode.Unauthorized)
        })
        {
            await Set(new OmsApiKnobs { AuthFailure = how });
            using var refused = await stranger.PostAsync("ListProjects");
            refused.StatusCode.ShouldBe(status);
        }
    }
}
