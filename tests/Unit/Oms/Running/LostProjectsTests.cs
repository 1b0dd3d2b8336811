using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What the way back after success says of the projects that it loses.</summary>
public sealed class LostProjectsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rollback_note_lists_projects_changed_since_upgrade_through_API(bool apiBefore)
    {
        var world = apiBefore ? WithApiBefore(realJson: false) : WithApiAfter(realJson: false);
        world.RunToSuccess();
        var projects = world.Console.Projects;
        var (first, second) = (projects[0], projects[1]);
        projects.Remove(first);
        second.Status = "FINISHED";
        projects.Add(new WorldProject(ProjectKind.Synchronization, "sp_900", "made-since", "RUNNING"));

        var note = Note(world);
        note.ShouldBeWorded();
    }

    [Fact]
    public void Rollback_note_reports_when_no_project_changed()
    {
        var world = WithApiAfter(realJson: false);
        world.RunToSuccess();
        Note(world).ShouldBeWorded();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Projects_deleted_before_the_upgrade_are_not_new(bool apiBefore)
    {
        void Delete(OmsWorld w) => w.Metadata.Projects.AddRange(Enumerable.Range(0, 40).Select(i =>
            new OmsProject(
                i % 2 == 0 ? ProjectKind.Migration : ProjectKind.Synchronization, $"gone_{i}", $"deleted-{i}",
                "DELETED")));
        var world = apiBefore ? WithApiBefore(Delete, realJson: false) : WithApiAfter(Delete, realJson: false);
        world.RunToSuccess();
        world.Console.Projects.Count(p => p.Status == "DELETED").ShouldBe(40, "the console lists them");
        world.Console.Projects.Add(new WorldProject(ProjectKind.Migration, "np_900", "made-since", "RUNNING"));

        var note = Note(world);
        note.ShouldBeWorded();
        note.ShouldNotContain("deleted-");
    }

    [Fact]
    public void Refused_API_is_noted_and_does_not_block_rollback()
    {
        var world = WithApiAfter(realJson: false);
        world.RunToSuccess();
        world.Console.Password = "changed";
        var note = Note(world);
        note.ShouldBeWorded();
        note.ShouldNotContain(Canary.ApiPassword);

        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Missing_credentials_are_noted_and_later_credentials_list_projects()
    {
        var world = RollbackTests.Golden();
        Note(world).ShouldBeWorded();

        CreateSecret(world);
        world.EditSpec(s => s with
        {
            DesiredState = DesiredState.Upgraded,
            Preflight = s.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = SecretName } }
        });
        world.RunToSuccess();
        world.Console.Projects.Add(new WorldProject(ProjectKind.Migration, "np_900", "made-since", "RUNNING"));
        Note(world).ShouldBeWorded();
    }

    [Fact]
    public void Rollback_below_4_0_1_lists_projects_from_tables()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "3.3.0",
            ToVersion = "3.3.1",
            Nodes = 1,
            NeedsJar = false,
            RealJson = false
        }).Apply();
        world.RunToSuccess();
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Synchronization, "sp_900", "made-since", "RUNNING"));
        Note(world).ShouldBeWorded();
    }

    private static string Note(OmsWorld world)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        return world.Status.RollbackPlan!.Notes.Single(
            n => n.StartsWith("Projects that were created or changed", StringComparison.Ordinal));
    }
}
