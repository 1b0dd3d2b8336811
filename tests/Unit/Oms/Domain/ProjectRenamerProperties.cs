using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Whatever projects there are: new names are unique, fit, are the same every time, and can be taken back.
/// </summary>
public sealed class ProjectRenamerProperties
{
    private static readonly string[] Pieces =
        ["a", "A", "b", "é", "e\u0301", "订", "单", "😀", "👩‍👧", " ", "_m1", "_s2", "-2", "ß", "1"];
    private static readonly string[] Statuses = ["RUNNING", "SUSPEND", "FAILED", "FINISHED", "DELETED"];

    private static readonly Gen<string> Names =
        from count in Gen.Choose(1, 4)
        from pieces in Gen.Elements(Pieces).ArrayOf(count)
        select string.Concat(pieces);

    private static readonly Gen<OmsProject[]> Systems =
        from names in Names.ArrayOf(5)
        from count in Gen.Choose(0, 30)
        from projects in (
            from kind in Gen.Elements(ProjectKind.Migration, ProjectKind.Synchronization)
            from id in Gen.Choose(1, 40)
            from name in Gen.Elements(names)
            from status in Gen.Elements(Statuses)
            select new OmsProject(kind, id.ToString(CultureInfo.InvariantCulture), name, status)).ArrayOf(count)
        select projects.DistinctBy(project => (project.Kind, project.Id)).ToArray();

    [Fact]
    public void Renames_leave_no_duplicate_and_no_clash_with_deleted() => ForAll((projects, limits) =>
    {
        var plan = ProjectRenamer.Compute(projects, [], [], limits, []);
        if (plan.Findings.Count > 0)
        {
            plan.Renames.ShouldBeEmpty();
            return;
        }

        var after = Apply(projects, plan.Renames);
        ProjectNames.Duplicates(after).ShouldBeEmpty();
        var folded = after.GroupBy(project => ProjectRenamer.Fold(project.Name), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        foreach (var rename in plan.Renames)
        {
            folded[ProjectRenamer.Fold(rename.NewName)].ShouldBe(1, rename.ToString());
            rename.NewName.EnumerateRunes().Count()
                .ShouldBeLessThanOrEqualTo(limits.Of(rename.Kind), rename.ToString());
            rename.NewName.ShouldNotContain('\uFFFD');
            char.IsLowSurrogate(rename.NewName[0]).ShouldBeFalse();
            rename.OldName.ShouldBe(
                projects.Single(project => project.Kind == rename.Kind && project.Id == rename.Id).Name);
        }
    });

    [Fact]
    public void Order_of_rows_does_not_change_the_names() => ForAll((projects, limits) =>
    {
        var plan = ProjectRenamer.Compute(projects, ProjectNames.Duplicates(projects), [], limits, []);
        var reversed = projects.Reverse().ToArray();

        var again = ProjectRenamer.Compute(reversed, ProjectNames.Duplicates(reversed), [], limits, []);
        again.Renames.ShouldBe(plan.Renames);
        again.Findings.Select(finding => finding.Message).Order(StringComparer.Ordinal)
            .ShouldBe(plan.Findings.Select(finding => finding.Message).Order(StringComparer.Ordinal));
    });

    [Fact]
    public void One_project_of_each_name_keeps_its_name() => ForAll((projects, limits) =>
    {
        var plan = ProjectRenamer.Compute(projects, [], [], limits, []);
        if (plan.Findings.Count > 0)
        {
            return;
        }

        var renamed = plan.Renames.Select(rename => (rename.Kind, rename.Id)).ToHashSet();
        foreach (var group in projects.Where(project => project.Status != "DELETED")
            .GroupBy(project => project.Name.TrimEnd(' '), StringComparer.OrdinalIgnoreCase))
        {
            group.Count(project => !renamed.Contains((project.Kind, project.Id))).ShouldBe(1, group.Key);
        }

        projects.Where(project => project.Status == "DELETED" && renamed.Contains((project.Kind, project.Id)))
            .ShouldBeEmpty();
    });

    [Fact]
    public void Reversed_renames_of_plan_restore_every_name() => ForAll((projects, limits) =>
    {
        var plan = ProjectRenamer.Compute(projects, [], [], limits, []);
        var stored = RenameProjects.Batches("rm", plan.Renames).Select(StepArguments.Write).ToList();

        var read = stored.SelectMany(e => StepArguments.Read<RenameProjects>("RenameProjects/batch-1", e).Renames);
        var back = Apply(Apply(projects, plan.Renames), [.. read.Select(rename => rename.Reverse())]);
        back.ShouldBe(projects);
    });

    [Fact]
    public void Kept_names_stay_and_contradictions_are_reported() => ForAll((projects, limits) =>
    {
        var keep = projects.Where((_, index) => index % 3 == 0).Select(ProjectRenamer.Key).ToList();

        var plan = ProjectRenamer.Compute(projects, [], keep, limits, []);

        plan.Renames.ShouldAll(rename => !keep.Contains(ProjectRenamer.Key(rename.Kind, rename.Id)));
        var contradictory = projects.Where(project => project.Status != "DELETED")
            .GroupBy(project => project.Name.TrimEnd(' '), StringComparer.OrdinalIgnoreCase)
            .Any(group => group.Count(project => keep.Contains(ProjectRenamer.Key(project))) > 1);
        plan.Findings.Any(finding => finding.Reason == Reasons.InvalidSpec).ShouldBe(contradictory);
    });

    private static void ForAll(Action<OmsProject[], ProjectNameLimits> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400),
        Prop.ForAll(
            Systems.ToArbitrary(),
            (from migration in Gen.Choose(4, 24)
             from sync in Gen.Choose(4, 24)
             select new ProjectNameLimits(
                migration, sync)).ToArbitrary(),
            (projects, limits) => holds(
                [.. projects.Where(project => project.Name.EnumerateRunes().Count() <= limits.Of(project.Kind))],
                limits)));

    private static OmsProject[] Apply(OmsProject[] projects, IReadOnlyList<ProjectRename> renames) =>
    [
        .. projects.Select(project => renames.FirstOrDefault(rename => rename.Kind == project.Kind
            && rename.Id == project.Id && rename.OldName == project.Name) is { } rename
            ? project with { Name = rename.NewName }
            : project),
    ];
}
