namespace Drydock.Cli.Plans;

/// <summary>The plan of each run that was shown last on this machine, in the user's cache directory, so that the next
/// look can show what changed. A cache: if it cannot be written or read, nothing else fails.</summary>
internal sealed class SeenPlans
{
    private readonly string _directory = Path.Combine(CacheDirectory(), "kubectl-drydock", "plans");

    public Plan? Last(Run run)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(PathOf(run)), CrdsJsonContext.Default.Plan);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Keep(Run run, Plan plan)
    {
        try
        {
            Directory.CreateDirectory(_directory);
            File.WriteAllText(PathOf(run), JsonSerializer.Serialize(plan, CrdsJsonContext.Default.Plan));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A read-only home directory: the next --diff says that there is no former plan.
        }
    }

    private static string CacheDirectory() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private string PathOf(Run run) => Path.Combine(_directory, $"{run.Metadata.Uid}.json");
}
