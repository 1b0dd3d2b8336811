namespace Drydock.Cli.Plans;

/// <summary>The plans of the runs that were shown last on this machine, in the user's cache directory, so that the next
/// look can show what changed. A cache: if it cannot be written or read, nothing else fails.</summary>
internal static class SeenPlans
{
    private const int Most = 50;

    public static PlanProgress? Last(Run run)
    {
        try
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllText(PathOf(run)), CrdsJsonContext.Default.PlanProgress);
            return kept is { Unreadable: null } ? kept : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Keep(Run run, PlanProgress plan)
    {
        try
        {
            var path = PathOf(run);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, JsonSerializer.Serialize(plan, CrdsJsonContext.Default.PlanProgress));
            var kept = Directory.GetParent(path)!.GetFiles().OrderByDescending(f => f.LastWriteTimeUtc);
            foreach (var old in kept.Skip(Most))
            {
                old.Delete();
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A read-only home directory: the next --diff says that there is no former plan.
        }
    }

    private static string PathOf(Run run)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "kubectl-drydock", "plans", $"{run.Metadata.Uid}.json");
    }
}
