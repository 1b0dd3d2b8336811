namespace Drydock.Cli.Dashboard;

/// <summary>The files of the page. They are compiled into the program; nothing is read from disk.</summary>
internal static class DashboardFiles
{
    private const string Prefix = "dashboard/";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static IEnumerable<string> Names => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..]);

    public static (Stream Content, string Type)? Open(string name) =>
        Types.TryGetValue(Path.GetExtension(name), out var type)
        && Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name) is { } content
            ? (content, type)
            : null;
}
