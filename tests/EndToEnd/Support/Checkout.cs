namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Where things are in this checkout.</summary>
public static class Checkout
{
    /// <summary>The folder of Operator.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The operator, built beside the tests.</summary>
    public static string OperatorAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "Drydock.Operator.dll");

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
