using System.Text.Json;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The JSON interface that masters and tablet servers have in common.</summary>
/// <param name="http">The way there.</param>
/// <param name="vocabulary">What pages are called.</param>
internal class YbWebClient(IServiceHttp http, YugabyteVocabulary vocabulary)
{
    /// <summary>What the process at an address is.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that says it.</exception>
    public async Task<YbProcessVersion> VersionAsync(ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(address, "version", cancellationToken);
        var number = reader.Text(root, "version_number");
        var build = YbJson.OptionalText(root, "build_number");

        // A build from a working copy has a word instead of a number.
        var text = build is { Length: > 0 } && build.All(char.IsAsciiDigit) ? $"{number}-b{build}" : number;
        return YugabyteVersion.TryParse(text, out var version)
            ? new YbProcessVersion(version, (int?)YbJson.OptionalNumber(root, "ysql_major_version"))
            : throw reader.Unusable($"'{text}' is no version");
    }

    /// <summary>The flags of the process at an address, by name.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">None that lists them.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FlagsAsync(
        ServiceAddress address, CancellationToken cancellationToken)
    {
        var (reader, root) = await ReadAsync(address, "varz", cancellationToken);
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var flag in reader.Required(root, "flags", JsonValueKind.Array).EnumerateArray())
        {
            flags[reader.Text(flag, "name")] = reader.Text(flag, "value");
        }

        return flags;
    }

    /// <summary>Asks for a page of the JSON interface.</summary>
    protected Task<ServiceAnswer> GetAsync(ServiceAddress address, string call, CancellationToken cancellationToken) =>
        http.GetAsync(address.Host, address.Port, $"{vocabulary.ApiPath}/{call}", cancellationToken);

    /// <summary>Asks for a page that is not below the JSON interface.</summary>
    protected Task<ServiceAnswer> GetPageAsync(ServiceAddress address, string path, CancellationToken cancellationToken) =>
        http.GetAsync(address.Host, address.Port, path, cancellationToken);

    /// <summary>What a call is named in messages.</summary>
    protected string Name(ServiceAddress address, string call) => $"{address}{vocabulary.ApiPath}/{call}";

    private protected async Task<(YbJson Reader, JsonElement Root)> ReadAsync(ServiceAddress address, string call, CancellationToken cancellationToken) =>
        YbJson.Read(Name(address, call), await GetAsync(address, call, cancellationToken));
}
