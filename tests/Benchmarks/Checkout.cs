namespace Drydock.Benchmarks;

/// <summary>Where things are in this checkout.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string OperatorAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "Drydock.Operator.dll");

    public static string Docs(string name) => Path.Combine(Root, "docs", name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Operator.sln above {AppContext.BaseDirectory}");
    }
}
