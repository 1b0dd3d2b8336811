using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>A system with 5,000 projects: the status stays small, and the lists are whole.</summary>
public sealed class ManyProjectsTests
{
    private const int Many = 5_000;
    private const int MostBytes = 200_000;

    [Fact]
    public void Upgrade_and_rollback_of_5000_projects_fit_the_object()
    {
        var world = WithApiBefore(Fill, s => s with { Timeouts = s.Timeouts with { Settle = "8m" } }, realJson: false);
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        world.Console.Projects.RemoveAll(p => Number(p) % 50 == 7);
        world.Console.Projects.Where(p => Number(p) % 50 == 8).ToList().ForEach(p => p.Status = "SUSPEND");
        world.Console.Projects.Where(p => Number(p) % 50 == 9).ToList().ForEach(p => p.NeverHeals = true);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Projects!.ShouldSatisfyAllConditions(
            p => (p.Migration, p.Synchronization).ShouldBe((Many / 2, Many / 2)),
            p => p.List!.Entries.ShouldBe(Many));
        world.ProjectsBefore().Items.Count.ShouldBe(Many);
        world.Verified().Reason.ShouldBe(Reasons.ProjectsDiffer);
        Weight(world).ShouldBeLessThan(MostBytes);
        world.Status.ActionRequired.Count.ShouldBeLessThan(10);
        Item(world, "are not found any more", Many / 50);
        Item(world, "did not recover the links", Many / 50);
        Item(world, "are suspended now. Resume them", Many / 50);

        world.Console.Projects.Add(new WorldProject(ProjectKind.Migration, "np_new", "made-since", "RUNNING"));
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.RollbackPlan!.Notes.ShouldContain(
            n => n.Contains("made-since (np_new, RUNNING, new)") && n.Contains("more"));
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();

        Item(world, "Each of these migration projects ran before the upgrade", Many / 2);
        Weight(world).ShouldBeLessThan(MostBytes);
        world.Metadata.Contents.ShouldBe("4.2.0");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Projects_from_the_tables_are_listed_in_one_item_a_kind()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        Fill(world);
        world.Apply();
        world.RunToSuccess();

        Item(world, "Each of these migration projects was running", Many / 2);
        Item(world, "Each of these synchronization projects was running", Many / 2);
        Weight(world).ShouldBeLessThan(MostBytes);
    }

    [Fact]
    public void Deleted_record_is_named_and_never_fails_the_upgrade()
    {
        var world = WithApiBefore(realJson: false);
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        var name = world.Status.Projects!.List!.Name;
        world.Api.Delete<V1ConfigMap>(OmsWorld.Namespace, name);
        world.Restart();
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.Unverifiable);
        world.Verified().Message.ShouldBeWorded();
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.ReviewProject && a.Message.Contains(name));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Changed_record_is_not_compared_with()
    {
        var world = WithApiBefore(realJson: false);
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        var map = world.Api.Find<V1ConfigMap>(OmsWorld.Namespace, world.Status.Projects!.List!.Name)!;
        world.Api.Update(map with
        {
            Data = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["projects"] = "Migration\tnp_1\tRUNNING\tother\t\n"
            }
        });
        world.Restart();
        world.RunToSuccess();

        world.Verified().Message.ShouldNotBeNull().ShouldContain("was changed");
    }

    [Fact]
    public void Refused_ConfigMap_is_found_before_anything_is_touched()
    {
        var world = WithApiBefore(
            w => w.Api.Faults.Add(new ApiFaultRule(ApiFault.Forbidden) { Verb = "create", Kind = "ConfigMap" }),
            realJson: false);
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.AccessDenied);
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        world.Status.Plan.ShouldBeNull();

        world.Api.Faults.Clear();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Lists_are_deleted_with_the_upgrade()
    {
        var world = WithApiBefore(realJson: false);
        world.RunToSuccess();
        world.Api.All<V1ConfigMap>().ShouldAllBe(
            m => m.Immutable == true && m.Metadata.OwnerReferences!.Single().Uid == world.Upgrade.Metadata.Uid);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        world.Api.All<V1ConfigMap>().ShouldBeEmpty();
    }

    private static void Fill(OmsWorld world)
    {
        world.Metadata.Projects.Clear();
        world.Metadata.Projects.AddRange(Enumerable.Range(0, Many).Select(i =>
            new OmsProject(
                i % 2 == 0 ? ProjectKind.Migration : ProjectKind.Synchronization,
                FormattableString.Invariant($"p_{i:0000}"), FormattableString.Invariant($"project-{i}"), "RUNNING")));
    }

    private static int Number(WorldProject project) =>
        int.TryParse(project.Id[2..], System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static int Weight(OmsWorld world) =>
        JsonSerializer.SerializeToUtf8Bytes(world.Status, CrdsJsonContext.Default.OmsUpgradeStatus).Length;

    // The item says how many and names the first; its ConfigMap has all.
    private static void Item(OmsWorld world, string what, int count)
    {
        var item = world.Status.ActionRequired.Where(a => a.Message.Contains(what, StringComparison.Ordinal))
            .ShouldHaveSingleItem();
        item.Count.ShouldBe(count);
        item.Subject.ShouldEndWith($" and {count - 10} more");
        var map = world.Api.Find<V1ConfigMap>(OmsWorld.Namespace, item.ConfigMap!).ShouldNotBeNull();
        map.Data![item.Key!].Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
            .ShouldBe(count + 1, "a heading, then a line for each");
        item.Message.ShouldBeWorded();
    }
}
