namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What of the package a host needs.</summary>
internal static class PackageRequests
{
    // The vendor's script, and the file that it writes when it has ended. Without it the programs do not find their
    // libraries.
    private const string VendorScript = "bin/post_install.sh";
    private const string VendorMark = ".post_install.sh.completed";

    public static PackageRequest For(YugabyteCluster cluster, string toolHost, string host)
    {
        var (spec, vocabulary) = (cluster.Spec, cluster.Vocabulary);
        var components = spec.Instances.Where(i => i.Host == host).Select(i => i.Component).Distinct().Order().ToList();
        return new PackageRequest
        {
            Package = spec.Package,
            Components = components,
            Programs =
            [
                .. components.Select(vocabulary.Program)
                    .Concat(host == toolHost ? [vocabulary.AdminProgram] : [])
                    .Distinct(StringComparer.Ordinal),
            ],
            PostInstall = PostInstallOf(spec.Package.PostInstall),
        };
    }

    private static PostInstall? PostInstallOf(string? given) => given switch
    {
        null => new PostInstall(VendorScript, VendorMark, IsOptional: true),
        "" => null,
        VendorScript => new PostInstall(VendorScript, VendorMark, IsOptional: false),
        _ => new PostInstall(given, Mark: null, IsOptional: false),
    };

    public static IReadOnlyList<string> Hosts(IReadOnlyList<string> all, string toolHost) =>
        all.Contains(toolHost, StringComparer.Ordinal) ? all : [.. all, toolHost];
}
