namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Where things are in this checkout.</summary>
public static class Checkout
{
    /// <summary>The folder of Operator.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The operator, built beside the tests.</summary>
    public static string OperatorAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "Drydock.Operator.dll");

    // DRYDOCK_CHECKOUT: for builds whose artifacts lie elsewhere.
    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("DRYDOCK_CHECKOUT") is { Length: > 0 } given)
        {
            return given;
        }

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
