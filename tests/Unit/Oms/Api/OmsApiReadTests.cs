using static Drydock.Tests.Unit.Fakes.FakeConsole;

namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Requests and answers of the API, as the vendor's documents print them and with the quirks they allow.
/// </summary>
public sealed class OmsApiReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_posts_json_with_basic_authentication()
    {
        using var console = new FakeConsole(_ => Good("""{"projectId":"np_1","status":"RUNNING"}"""));
        using var api = Api(console);

        (await api.ProgressAsync("np_1", Token)).Status.ShouldBe("RUNNING");

        var asked = console.Requests.ShouldHaveSingleItem();
        asked.Method.ShouldBe(HttpMethod.Post);
        asked.Address.ToString().ShouldBe("http://192.0.2.216:8089/api/v2?Action=DescribeProjectProgress");
        asked.Authorization.ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"operator:{Password}")));
        asked.Body.ShouldBe("""{"id":"np_1"}""");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(320)]
    public async Task All_pages_of_both_kinds_are_read(int count)
    {
        using var console = new FakeConsole(asked => Good(Rows(asked, count, 100)));
        using var api = Api(console);

        var projects = await api.ListAsync(Token);

        projects.Count.ShouldBe(2 * count);
        projects.Count(p => p.Kind == ProjectKind.Synchronization).ShouldBe(count);
        projects.Select(p => (p.Kind, p.Id)).Distinct().Count().ShouldBe(2 * count);
        console.Requests.ShouldAllBe(r => r.Body.Contains("\"pageSize\":100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Smaller_pages_than_requested_are_read_to_the_end()
    {
        using var console = new FakeConsole(asked => Good(Rows(asked, 25, 10)));
        using var api = Api(console);

        (await api.ListAsync(Token)).Count.ShouldBe(50);
    }

    [Fact]
    public async Task Console_that_repeats_its_last_page_ends_the_list()
    {
        using var console = new FakeConsole(_ => Good("""[{"id":"np_1","name":"a","status":"RUNNING"}]"""));
        using var api = Api(console);

        (await api.ListAsync(Token)).Count.ShouldBe(2);
        console.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Null_lists_and_null_rows_are_read_as_empty()
    {
        using var console = new FakeConsole(asked => asked.Action switch
        {
            "ListProjects" => Good("null"),
            "DescribeProjectSteps" => Good("[null]"),
            _ => Good("""{"storeList":null,"incrSyncComponents":[null]}"""),
        });
        using var api = Api(console);

        (await api.ListAsync(Token)).ShouldBeEmpty();
        (await api.StepsAsync("np_1", Token)).ShouldBeEmpty();
        (await api.ComponentsAsync("np_1", Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lag_is_measured_by_the_clock_of_the_console()
    {
        var date = DateTimeOffset.FromUnixTimeSeconds(1_689_248_124);
        using var console = new FakeConsole(_ => Good(
            """{"projectId":"np_1","status":"RUNNING","enableIncrSync":true,"currentStep":"INCR_TRANSFER","incrSyncCheckpoint":1689248064}""",
            date));
        using var api = Api(console);

        var progress = await api.ProgressAsync("np_1", Token);

        progress.Lag.ShouldBe(TimeSpan.FromSeconds(60));
        progress.SynchronizesIncrements.ShouldBe(true);
        progress.CurrentStep.ShouldBe("INCR_TRANSFER");
    }

    [Theory]
    [InlineData("\"1689248064\"", 60)]
    [InlineData("1689248064000", 60)]
    [InlineData("1689248064.0", 60)]
    [InlineData("1689250000", 0)]
    [InlineData("0", null)]
    [InlineData("null", null)]
    [InlineData("\"vdhmpliedmbfs\"", null)]
    [InlineData("{\"a\":1}", null)]
    [InlineData("99999999999999999999999", null)]
    [InlineData("999999999999999", null)]
    public async Task Checkpoint_that_is_not_a_time_is_kept_as_text(string checkpoint, int? lag)
    {
        using var console = new FakeConsole(_ => Good(
            $$"""{"status":"RUNNING","incrSyncCheckpoint":{{checkpoint}}}""",
            DateTimeOffset.FromUnixTimeSeconds(1_689_248_124)));
        using var api = Api(console);

        var progress = await api.ProgressAsync("np_1", Token);

        progress.Lag.ShouldBe(lag is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        progress.CheckpointText.ShouldBe(lag is null && checkpoint.Length > 12 ? checkpoint.Trim('"') : null);
    }

    [Fact]
    public async Task Reverse_checkpoint_counts_after_a_switchover()
    {
        using var console = new FakeConsole(_ => Good(
            """{"status":"RUNNING","currentStep":"REVERSE_INCR_TRANSFER","incrSyncCheckpoint":1600000000,"reverseIncrTransferCheckpoint":1689248100}""",
            DateTimeOffset.FromUnixTimeSeconds(1_689_248_124)));
        using var api = Api(console);

        (await api.ProgressAsync("np_1", Token)).Lag.ShouldBe(TimeSpan.FromSeconds(24));
    }

    [Fact]
    public async Task Components_are_read_with_unknown_states_and_odd_types()
    {
        using var console = new FakeConsole(_ => Good(
            """
            {"storeList":[{"name":"s1","ip":"192.0.2.1","region":"default","subtopic":"t-0","status":"ACTIVE","delay":"1","config":{"deep":[{"password":"x"}]},"beginCheckpoint":"2023-07-13T09:19:53"},
             {"name":"s2","subtopic":"t-0","status":"SOMETHING_NEW"}],
             "fullImportComponents":[{"name":"f","status":"FINISHED","progress":100,},],"incrSyncComponents":[{"name":"w","status":7}],"newKind":[{}],"reverseStoreList":null}
            """));
        using var api = Api(console);

        (await api.ComponentsAsync("np_1", Token)).ShouldBe(
        [
            new ProjectComponent(ProjectComponentKind.Store, "s1", "ACTIVE", "t-0"),
            new ProjectComponent(ProjectComponentKind.Store, "s2", "SOMETHING_NEW", "t-0"),
            new ProjectComponent(ProjectComponentKind.IncrSync, "w", "7"),
            new ProjectComponent(ProjectComponentKind.FullImport, "f", "FINISHED"),
        ]);
    }

    [Fact]
    public async Task Steps_are_read_and_a_switchover_under_way_is_found()
    {
        using var console = new FakeConsole(_ => Good(
            """[{"order":1,"name":"INCR_TRANSFER","status":"MONITORING","stepInfo":{"incrTimestampCheckpoint":1}},{"order":8,"name":"TRANSFER_APP_SWITCH","status":"RUNNING","stepInfo":null}]"""));
        using var api = Api(console);

        var steps = await api.StepsAsync("np_1", Token);

        steps.Count.ShouldBe(2);
        ForwardSwitchover.UnderWay(steps).ShouldBe(new ProjectStep("TRANSFER_APP_SWITCH", "RUNNING"));
    }

    [Theory]
    [InlineData("TRANSFER_APP_SWITCH", "INIT", false)]
    [InlineData("TRANSFER_APP_SWITCH", "FINISHED", false)]
    [InlineData("APP_SWITCH", "RUNNING", true)]
    [InlineData("APP_SWITCH", "FAILED", true)]
    [InlineData("APP_SWITCH", "SUSPEND", true)]
    [InlineData("APP_SWITCH", "A_NEW_WORD", true)]
    [InlineData("INCR_TRANSFER", "RUNNING", false)]
    public void Switchover_that_has_not_ended_is_under_way(string name, string status, bool underWay) =>
        (ForwardSwitchover.UnderWay([new ProjectStep(name, status)]) is not null).ShouldBe(underWay);

    [Theory]
    [InlineData("true")]
    [InlineData("\"true\"")]
    [InlineData("1")]
    public async Task Success_is_read_in_several_spellings(string success)
    {
        using var console = new FakeConsole(_ => Json(
            $$"""{"success":{{success}},"totalCount":"12","data":[{"id":5,"name":null,"status":"SUSPEND"}]}"""));
        using var api = Api(console);

        (await api.ListAsync(Token))[0].ShouldBe(new OmsProject(ProjectKind.Migration, "5", "", "SUSPEND"));
    }

    private static string Rows(Asked asked, int count, int size)
    {
        asked.Action.ShouldBe("ListProjects");
        var page = int.Parse(
            asked.Body.Split("\"pageNumber\":")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
        var kind = asked.Body.Contains("SYNC", StringComparison.Ordinal) ? "ns" : "np";
        return "[" + string.Join(',', Enumerable.Range(0, count).Skip((page - 1) * size).Take(size).Select(
            i => $$"""{"id":"{{kind}}_{{i}}","name":"p {{i}}","status":"RUNNING","steps":[],"owner":"x"}""")) + "]";
    }
}
