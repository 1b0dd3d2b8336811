namespace Drydock.Tests.Unit.Architecture;

/// <summary>Only one helper decides what is irreversible and due by time.</summary>
public sealed partial class DueTimeTests
{
    [Fact]
    public void Only_DueTime_compares_the_times_of_what_is_irreversible() =>
        Lines(Compared()).ShouldBeEmpty("ask DueTime whether it is due");

    // The doctor of the plugin shows clocks, and decides nothing.
    [Fact]
    public void Only_DueTime_reads_the_time_of_the_API_server() =>
        Lines(Read()).Where(line => !line.Contains("/Clients/Kubernetes/Client/", StringComparison.Ordinal)
            && !line.Contains("/Cli/Diagnosis/", StringComparison.Ordinal))
            .ShouldBeEmpty("ask DueTime for the time that counts");

    [Theory]
    [InlineData("if (status.CleanupAt <= frame.Now)")]
    [InlineData("var late = now > spec.NotAfter;")]
    [InlineData("r => byName[r.Key].Status!.ExpiresAt <= now")]
    [InlineData("now - TimeSpan.FromDays(1) < KubernetesDuration.Parse(policy.KeepFor)")]
    [InlineData("finished + KubernetesDuration.Parse(cleanup.After) < now")]
    public void Comparison_is_seen(string line) => Compared().IsMatch(line).ShouldBeTrue();

    private static IEnumerable<string> Lines(Regex what) =>
        from file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
        where !file.EndsWith("/DueTime.cs", StringComparison.Ordinal)
        from line in File.ReadLines(file).Index()
        where what.IsMatch(line.Item) && !line.Item.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

    [GeneratedRegex(
        @"(\b(NotAfter|KeepFor|ExpiresAt|CleanupAt|CleanupFrom|AnnouncedAt|cleanup\.After)\b.* (<=?|>=?) )"
        + @"|( (<=?|>=?) .*\b(NotAfter|KeepFor|ExpiresAt|CleanupAt|CleanupFrom|AnnouncedAt)\b)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Compared();

    [GeneratedRegex(@"\bServerTime\b", RegexOptions.CultureInvariant)]
    private static partial Regex Read();
}
