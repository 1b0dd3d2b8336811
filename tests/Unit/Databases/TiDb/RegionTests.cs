using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Which Regions lose their quorum, and how their lists are read.</summary>
public sealed class RegionTests
{
    private static readonly HashSet<ulong> NoneDown = [];
    private static readonly HashSet<ulong> One = [1];

    [Theory]
    [InlineData("1 2 3", "", "", true)]
    [InlineData("1 2 3", "1", "", true)]
    [InlineData("1 2 3", "2", "", false)]
    [InlineData("2 3 4", "2 3", "", true)]
    [InlineData("1 2", "", "", false)]
    [InlineData("1 2 3 4", "", "", true)]
    [InlineData("1 2 3 4", "4", "", false)]
    [InlineData("1 2 3 4 5", "5", "", true)]
    [InlineData("1 2 3", "", "3", false)]
    [InlineData("1", "", "", false)]
    public void Region_survives_a_stop_with_majority_of_others(
        string voters, string behind, string down, bool survives) =>
        Region(voters, behind).Survives(One, Ids(down).ToHashSet(), isOutageAccepted: false).ShouldBe(survives);

    [Theory]
    [InlineData("1 3 4", "1 2", true)]
    [InlineData("1 2 4", "1 2", false)]
    [InlineData("1 2 4 5 6", "1 2", true)]
    [InlineData("4 5 6", "1 2", true)]
    public void Region_survives_stops_side_by_side_with_majority_elsewhere(
        string voters, string without, bool survives) =>
        Region(voters, "").Survives(Ids(without).ToHashSet(), NoneDown, isOutageAccepted: false).ShouldBe(survives);

    [Theory]
    [InlineData("1 2", "", true)]
    [InlineData("1 2", "2", false)]
    [InlineData("1", "", true)]
    public void Accepted_outage_needs_another_replica_that_is_up_to_date(string voters, string behind, bool survives) =>
        Region(voters, behind).Survives(One, NoneDown, isOutageAccepted: true).ShouldBe(survives);

    [Theory]
    [InlineData("1 2 3", "3", true)]
    [InlineData("1 2 3", "2 3", false)]
    [InlineData("1 2", "", true)]
    [InlineData("1 2", "2", false)]
    public void Region_has_quorum_with_majority_up_to_date(string voters, string behind, bool has) =>
        Region(voters, behind).HasQuorum(NoneDown).ShouldBe(has);

    [Fact]
    public async Task List_of_200000_regions_is_read_in_pieces()
    {
        const int Count = 200_000;
        var body = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{{\"count\":{Count},\n\"regions\":[");
        for (var i = 0; i < Count; i++)
        {
            body.Append(
                CultureInfo.InvariantCulture,
                $"{(i == 0 ? "" : ",")}{{\"id\":{i}"
                + $",\"start_key\":\"7480000000000000FF2D5F728000000000FF000A8C0000000000FA\","
                + $"\"epoch\":{{\"conf_ver\":5}},\"peers\":[{{\"id\":1,\"store_id\":1}},{{\"id\":2,\"store_id\":2}},"
                + $"{{\"id\":3,\"store_id\":{i % 7}}}],\"pending_peers\":[{{\"id\":2,\"store_id\":2}}]}}");
        }

        var content = new Drip(Encoding.UTF8.GetBytes(body.Append("]}\n").ToString()));
        content.Length.ShouldBeGreaterThan(4 * ServiceHttp.LongestBody);
        var check = await PdRegionList.ReadAsync(
            new ServiceStream(200, null, content), "GET x", "pending-peer", r => r.Id % 50_000 == 0, default);

        (check.Count, check.Check).ShouldBe((Count, "pending-peer"));
        check.AtRisk.ShouldBe([0UL, 50_000, 100_000, 150_000]);
    }

    [Theory]
    [InlineData("""{"count":0,"regions":null}""", 0)]
    [InlineData("""{"count":0,"regions":[]}""", 0)]
    [InlineData(
        """{"regions":[{"id":18446744073709551615,"peers":[{"store_id":4,"is_learner":true}],"down_peers":[{"peer":{"id":1,"store_id":4},"down_seconds":9}]}],"count":1,"x":{"y":[1]}}""",
        1)]
    public async Task List_of_regions_is_read_in_any_order(string body, int count) =>
        (await ReadAsync(body)).Count.ShouldBe(count);

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, "null")]
    [InlineData(200, """{"count":2,"regions":[{"id":1}]}""")]
    [InlineData(200, """{"regions":[]}""")]
    [InlineData(200, """{"count":0,"regions":{}}""")]
    [InlineData(200, """{"count":1,"regions":[7]}""")]
    [InlineData(200, """{"count":1,"regions":[{"peers":[]}]}""")]
    [InlineData(200, """{"count":1,"regions":[{"id":1,"peers":[null]}]}""")]
    [InlineData(200, """{"count":"1","regions":[]}""")]
    [InlineData(200, """{"count":1,"regions":[{"id":1}""")]
    [InlineData(500, "redirect failed")]
    public async Task Unusable_list_of_regions_is_refused(int status, string body)
    {
        var refusal = await Should.ThrowAsync<TiDbApiException>(() => ReadAsync(body, status));

        refusal.Reason.ShouldBe(Reasons.AnswerUnusable);
        refusal.Message.ShouldStartWith("GET x ");
    }

    [Fact]
    public async Task Endless_value_in_list_of_regions_is_refused() =>
        (await Should.ThrowAsync<TiDbApiException>(
                () => ReadAsync($$"""{"count":1,"regions":[{"id":1,"start_key":"{{new string('7', 3 << 20)}}"}]}""")))
            .Message.ShouldBeWorded();

    private static Task<PdRegionCheck> ReadAsync(string body, int status = 200) =>
        PdRegionList.ReadAsync(
            new ServiceStream(status, null, new Drip(Encoding.UTF8.GetBytes(body))), "GET x", "down-peer", _ => true,
            default);

    private static PdRegion Region(string voters, string behind) =>
        new(1, [.. Ids(voters)], Ids(behind).ToHashSet());

    private static IEnumerable<ulong> Ids(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(t => ulong.Parse(t, CultureInfo.InvariantCulture));

    /// <summary>Gives what it has in small pieces, as a network does.</summary>
    private sealed class Drip(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1399)], cancellationToken);
    }
}
