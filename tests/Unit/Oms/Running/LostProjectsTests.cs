using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What the way back after success says of the projects that it loses.</summary>
public sealed class LostProjectsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Through_the_API_of_the_new_version_it_lists_what_was_created_renamed_removed_or_changed(bool apiBefore)
    {
        var world = apiBefore ? WithApiBefore(realJson: false) : WithApiAfter(realJson: false);
        world.RunToSuccess();
        var projects = world.Console.Projects;
        var (first, second) = (projects[0], projects[1]);
        projects.Remove(first);
        second.Status = "FINISHED";
        projects.Add(new WorldProject(ProjectKind.Synchronization, "sp_900", "made-since", "RUNNING"));

        var note = Note(world);
        note.ShouldContain("by the API: made-since (sp_900, RUNNING, new)");
        note.ShouldContain($"{first.Name} ({first.Id}, not found any more");
        note.ShouldContain($"{second.Name} ({second.Id}, FINISHED, was ");
        note.ShouldContain("inside a project is not seen");
    }

    [Fact]
    public void It_says_so_when_there_is_none()
    {
        var world = WithApiAfter(realJson: false);
        world.RunToSuccess();
        Note(world).ShouldContain("none was created, renamed, removed");
    }

    [Fact]
    public void A_console_that_does_not_answer_or_refuses_keeps_nobody_from_going_back_and_it_says_why()
    {
        var world = WithApiAfter(realJson: false);
        world.RunToSuccess();
        world.Console.Password = "changed";
        var note = Note(world);
        note.ShouldContain("they could not be listed, because the API could not be read");
        note.ShouldContain("was refused");
        note.ShouldNotContain(Canary.ApiPassword);

        world.Annotate(Annotations.Approve, $"RollBack@{world.Status.RollbackPlan!.Hash[7..15]}");
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Without_credentials_it_says_which_field_is_missing_and_with_them_it_is_listed_when_asked_again()
    {
        var world = RollbackTests.Golden();
        Note(world).ShouldContain("for the API of 4.2.2-bp1 spec.preflight.apiCredentialsSecretRef names no Secret");

        CreateSecret(world);
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded, Preflight = s.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = SecretName } } });
        world.RunToSuccess();
        world.Console.Projects.Add(new WorldProject(ProjectKind.Migration, "np_900", "made-since", "RUNNING"));
        Note(world).ShouldContain("by the API: made-since (np_900, RUNNING, new)");
    }

    [Fact]
    public void Below_4_0_1_the_tables_tell()
    {
        var world = new OmsWorld(new WorldSetup { Community = true, FromVersion = "3.3.0", ToVersion = "3.3.1", Nodes = 1, NeedsJar = false, RealJson = false }).Apply();
        world.RunToSuccess();
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Synchronization, "sp_900", "made-since", "RUNNING"));
        Note(world).ShouldContain("by their tables: made-since (sp_900, RUNNING, new)");
    }

    private static string Note(OmsWorld world)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        return world.Status.RollbackPlan!.Notes.Single(n => n.StartsWith("Projects that were created or changed", StringComparison.Ordinal));
    }
}
