using System.Reflection;

namespace Drydock.Operator;

internal static class BuildInfo
{
    // 0.1.0+9f2c…: the compiler appends the commit that was built; a build outside of a repository has none.
    private static readonly string[] Parts = (typeof(BuildInfo).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+', 2);

    public static string Version => Parts[0];

    /// <summary>The commit; <c>unknown</c> if the build does not know it.</summary>
    public static string Revision => Parts.Length > 1 ? Parts[1] : "unknown";
}
