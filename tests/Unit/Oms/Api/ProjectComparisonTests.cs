namespace Drydock.Tests.Unit.Oms;

/// <summary>What is made of statuses and components; unknown words are never taken for good ones.</summary>
public sealed class ProjectComparisonTests
{
    [Theory]
    [InlineData("RUNNING", "RUNNING_MERGING", true)]
    [InlineData("RUNNING_MODIFYING", "RUNNING", true)]
    [InlineData("RUNNING", "FINISHED", true)]
    [InlineData("RUNNING", "SUSPEND", false)]
    [InlineData("RUNNING", "A_NEW_WORD", false)]
    [InlineData("A_NEW_WORD", "A_NEW_WORD", true)]
    [InlineData("SUSPEND", "RUNNING", false)]
    [InlineData("FINISHED", "RUNNING", false)]
    [InlineData("RELEASING", "RELEASED", true)]
    public void Status_that_follows_from_the_recorded_one_counts_as_unchanged(string before, string now, bool same) =>
        ProjectStatuses.IsAsBefore(before, now).ShouldBe(same);

    [Fact]
    public void Components_in_one_line_are_read_back()
    {
        ProjectComponent[] components =
        [
            new(ProjectComponentKind.IncrSync, "w", "RUNNING"), new(ProjectComponentKind.Store, "a", "ACTIVE"),
            new(ProjectComponentKind.Store, "b", "ACTIVE"),
            new(ProjectComponentKind.Store, "c", "very odd, indeed"),
            new(ProjectComponentKind.ReverseIncrSync, "r", ""),
        ];
        var line = ComponentSummary.Write(components);

        line.ShouldBe("Store ACTIVE x2, Store very_odd__indeed, Incr-Sync RUNNING, Reverse-Incr-Sync UNKNOWN");
        ComponentSummary.Read(line)[ProjectComponentKind.Store].ShouldBe(["ACTIVE", "very_odd__indeed"]);
        ComponentSummary.Read(SchemaLimits.Clip(line, 20))[ProjectComponentKind.Store]
            .ShouldBe(["ACTIVE"], "what was cut is left out");
        ComponentSummary.Read(null).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", "ACTIVE", "RUNNING", 0)]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", "ABNORMAL", "RUNNING", 1)]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", "ABNORMAL", "ABNORMAL", 2)]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", "ACTIVE", "A_NEW_WORD", 1)]
    [InlineData("RUNNING", "Store GOOD, Incr-Sync FINE", "GOOD", "FINE", 0)]
    [InlineData("RUNNING", null, "ACTIVE", "RUNNING", 0)]
    [InlineData("RUNNING", null, "ABNORMAL", "RUNNING", 1)]
    [InlineData("SUSPEND", "Store ACTIVE, Incr-Sync PAUSED", "ACTIVE", "PAUSED", 0)]
    [InlineData("SUSPEND", "Store ACTIVE, Incr-Sync PAUSED", "ABNORMAL", "PAUSED", 1)]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", null, "RUNNING", 1)]
    [InlineData("RUNNING", "Store ACTIVE, Incr-Sync RUNNING", "ACTIVE", null, 1)]
    [InlineData("RUNNING", null, null, null, 1)]
    [InlineData("SUSPEND", null, null, null, 0)]
    public void Link_is_recovered_only_in_a_healthy_state(
        string status, string? recorded, string? store, string? writer, int problems)
    {
        var components = new List<ProjectComponent>();
        if (store is not null)
        {
            components.Add(new(ProjectComponentKind.Store, "s", store, "t"));
        }

        if (writer is not null)
        {
            components.Add(new(ProjectComponentKind.IncrSync, "w", writer));
        }

        ProjectLinks.NotRecovered(new OmsProject(ProjectKind.Migration, "1", "a", status, recorded), components).Count
            .ShouldBe(problems);
    }

    [Fact]
    public void Every_subtopic_needs_one_healthy_store()
    {
        var project = new OmsProject(ProjectKind.Migration, "1", "a", "RUNNING", "Store ACTIVE");
        ProjectComponent Store(string subtopic, string status) =>
            new(ProjectComponentKind.Store, "s", status, subtopic);

        ProjectLinks.NotRecovered(project, [Store("t", "ABNORMAL"), Store("t", "ABNORMAL"), Store("t", "ACTIVE")])
            .ShouldBeEmpty();
        ProjectLinks.NotRecovered(project, [Store("t", "ACTIVE"), Store("u", "ABNORMAL"), Store("u", "STOPPED")])
            .ShouldBe(["Store of u is ABNORMAL and STOPPED"]);
    }

    [Fact]
    public void Projects_are_matched_by_id_then_by_current_name()
    {
        OmsProject[] present =
        [
            new(ProjectKind.Migration, "np_1", "a", "RUNNING"),
            new(ProjectKind.Synchronization, "ns_1", "renamed", "RUNNING"),
            new(ProjectKind.Migration, "np_2", "twice", "RUNNING"),
            new(ProjectKind.Migration, "np_3", "twice", "RUNNING"),
        ];
        var match = new ProjectMatch(present, [
            new RenamedProject { Kind = ProjectKind.Synchronization, Id = "7", OldName = "a", NewName = "renamed" }]);

        match.Find(new OmsProject(ProjectKind.Migration, "np_1", "other", "RUNNING"))!.Id.ShouldBe("np_1");
        match.Find(new OmsProject(ProjectKind.Migration, "1", "a", "RUNNING"))!.Id.ShouldBe("np_1");
        match.Find(new OmsProject(ProjectKind.Synchronization, "7", "a", "RUNNING"))!.Id.ShouldBe("ns_1");
        match.Find(new OmsProject(ProjectKind.Synchronization, "8", "a", "RUNNING")).ShouldBeNull("another kind");
        match.Find(new OmsProject(ProjectKind.Migration, "2", "twice", "RUNNING")).ShouldBeNull("either could be it");
    }

    [Fact]
    public void Record_is_read_back_from_its_list()
    {
        OmsProject[] projects =
        [
            new(ProjectKind.Migration, "np_1", "a\tb\nc", "RUNNING") { Components = "Store ACTIVE, Incr-Sync RUNNING" },
            new(ProjectKind.Synchronization, "sp_1", "订单 🚚", "SUSPEND"),
        ];
        var record = ProjectRecord.Of(projects);
        var (sections, sha256) = DividedList.Join(record.ToList().Parts);

        ProjectRecord.Read(sections).Items.ShouldBe(record.Items);
        sha256.ShouldBe(record.ToList().Sha256);
        record.Items.Select(p => p.Name).ShouldBe(["a b c", "订单 🚚"]);
        Should.Throw<ListUnavailableException>(
            () => ProjectRecord.Read([new ListSection("projects", ["Migration\tnp_1"])]));
    }
}
