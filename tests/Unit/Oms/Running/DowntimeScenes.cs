namespace Drydock.Tests.Unit.Oms;

/// <summary>What people do while a run is held, or in its downtime.</summary>
internal static class DowntimeScenes
{
    public static void Approve(this OmsWorld world, string hold) =>
        world.Annotate(Annotations.Approve, world.WordFor(hold));

    /// <summary>Two projects have one name, or the second has another.</summary>
    public static void Share(this OmsWorld world, string other = "shared")
    {
        var projects = world.Metadata.Projects;
        projects[0] = projects[0] with { Name = "shared" };
        projects[1] = projects[1] with { Name = other };
    }

    /// <summary>Somebody works on the tables after OMS was stopped, while the dump waits for the session, and
    /// leaves.</summary>
    /// <param name="release">Lets the run, which is held before StopOld, continue.</param>
    public static void InTheDowntime(this OmsWorld world, Action release, Action work)
    {
        world.Metadata.OtherSessions.Add(new MetadataSession(77, "root", "192.0.2.9:5", "rm_340", "Query", 1));
        release();
        world.RunUntil(() => world.Plan.Step("Backup/no-sessions")!.State == StepState.Running, "the dump waits");
        work();
        world.Metadata.OtherSessions.Clear();
    }
}
