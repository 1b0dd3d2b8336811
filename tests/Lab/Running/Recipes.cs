namespace Drydock.Lab;

/// <summary>
/// Runs the shell recipes that install and build the requirements of the lab, and finds their results.
/// </summary>
public static class Recipes
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> Known = new(
        StringComparer.Ordinal);

    /// <summary>The cache of this user. It keeps slow results between runs.</summary>
    public static string CacheFolder
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.Combine(
                string.IsNullOrEmpty(cache)
                    ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache")
                    : cache,
                "drydock");
        }
    }

    /// <summary>Path of a recipe.</summary>
    public static string PathOf(string recipe) => Path.Combine(AppContext.BaseDirectory, "recipes", recipe);

    /// <summary>
    /// Runs a recipe and returns the paths that it prints as NAME=PATH. A recipe does nothing if its result is in the
    /// cache. Within one process every recipe runs once.
    /// </summary>
    public static Task<IReadOnlyDictionary<string, string>> RunAsync(
        string recipe, CancellationToken cancellationToken = default) =>
        RunAsync(recipe, [], cancellationToken);

    /// <summary>As <see cref="RunAsync(string, CancellationToken)"/>, with arguments.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RunAsync(
        string recipe, IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        var key = string.Join(' ', [recipe, .. arguments]);
        var gate = Gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Known.TryGetValue(key, out var known))
            {
                return known;
            }

            var output = await Shell.RunAsync(
                "bash", [PathOf(recipe), .. arguments], cancellationToken: cancellationToken);
            var paths = output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('=', 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
            Known[key] = paths;
            return paths;
        }
        finally
        {
            gate.Release();
        }
    }
}
