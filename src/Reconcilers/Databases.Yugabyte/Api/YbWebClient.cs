namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface that masters and tablet servers have in common.</summary>
/// <param name="http">HTTP to the processes.</param>
/// <param name="vocabulary">The names of the dialect.</param>
internal class YbWebClient(IServiceHttp http, YugabyteVocabulary vocabulary)
{
    /// <summary>The version that a process reports on its own port, where no other process answers for it
    /// (docs/research/yugabytedb.md#rules).</summary>
    /// <exception cref="YbAnswerException">The answer is unusable.</exception>
    public async Task<YugabyteVersion> VersionAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "version", YbJsonContext.Default.Version, cancellationToken);
        var (number, build) = (page.Content.VersionNumber, page.Content.BuildNumber);

        // A build from a working copy has a word instead of a number.
        var text = build is { Length: > 0 } && build.All(char.IsAsciiDigit) ? $"{number}-b{build}" : number;
        return YugabyteVersion.TryParse(text, out var version)
            ? version
            : throw page.Unusable($"'{text}' is not a version");
    }

    public async Task<IReadOnlyDictionary<string, string>> FlagsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var page = await ReadAsync(address, "varz", YbJsonContext.Default.Flags, cancellationToken);
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var flag in page.All(page.Content.All, "flags"))
        {
            flags[flag.Name] = flag.Value;
        }

        return flags;
    }

    protected Task<ServiceAnswer> GetAsync(ServiceAddress address, string call, CancellationToken cancellationToken) =>
        http.GetAsync(address.Host, address.Port, $"{vocabulary.ApiPath}/{call}", cancellationToken);

    protected Task<ServiceAnswer> GetPageAsync(
        ServiceAddress address, string path, CancellationToken cancellationToken) =>
        http.GetAsync(address.Host, address.Port, path, cancellationToken);

    protected string Name(ServiceAddress address, string call) => $"{address}{vocabulary.ApiPath}/{call}";

    private protected async Task<YbPage<T>> ReadAsync<T>(
        ServiceAddress address, string call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        YbPage.Read(Name(address, call), await GetAsync(address, call, cancellationToken), type);

    private protected Task<YbPage<T>> ReadPageAsync<T>(
        ServiceAddress address, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        http.ReadAsync(
            address.Host,
            address.Port,
            path,
            (answer, token) => YbPage.ReadAsync($"{address}{path}", answer, type, token),
            cancellationToken);
}
