namespace Drydock.Cli.Init;

/// <summary>The manifest of an OmsUpgrade for what one container tells. Pure.</summary>
/// <param name="Name">Name of the object; null for one made of the versions.</param>
internal sealed record OmsManifest(OmsFound Found, Uri Endpoint, string ToVersion, string Image, string? Name)
{
    /// <summary>The version that runs, if the image's tag does not have it.</summary>
    public string? FromVersion { get; init; }

    public string? HostIP { get; init; }

    /// <summary>Writes the manifest as YAML.</summary>
    /// <exception cref="CliException">Something is unknown that has to be given.</exception>
    public string Write()
    {
        var from = FromVersion ?? Found.Version ?? throw new CliException(
            $"The tag of {Found.Image} ({Found.Container}) has no version. Add --from-version.");
        if (Image == Found.Image || string.Equals(from, ToVersion, StringComparison.OrdinalIgnoreCase))
        {
            throw new CliException(
                $"{Found.Container} runs {Found.Image} ({from}) already, so there is nothing to upgrade to {ToVersion} "
                + $"with {Image}. Give another --to-version and --image.");
        }

        var host = HostIP ?? Found.HostIP ?? throw new CliException(
            $"The container {Found.Container} has no variable OMS_HOST_IP. Add --host-ip.");
        var read = ManifestYaml.Comment($"{Found.Container} ({Found.Image})");
        var docker = Docker(host);
        var name = Name ?? $"oms-{Digits(from)}-to-{Digits(ToVersion)}";
        return $$$"""
            # Read from the running container {{{read}}}. Create the Secrets, check the
            # manifest with `kubectl drydock check -f`, apply it, read the plan, then approve it.
            apiVersion: drydock.dev/v1alpha1
            kind: OmsUpgrade
            metadata: {name: {{{name}}}}
            spec:
            {{{ManifestYaml.From(FromVersion)}}}  toVersion: {{{ManifestYaml.Of(ToVersion)}}}
              # Each host has to have it, or be able to pull it. For an archive add imageArchive.
              image: {{{ManifestYaml.Of(Image)}}}
              # One node; the other nodes, regions, containers and the MetaDB are found from there.
              discoverFrom: {{{ManifestYaml.Of(host)}}}
              # {hostIP} is the address of each node.
              docker: {{{docker}}}
              # The account of OMS's config.yaml is used. For another one:
              # metadataDatabase: {credentialsSecretRef: {name: oms-metadb}}
              # The dumps of the metadata databases go to the default storage of the operator. For another one:
              # backup: {storage: {s3: …}}

            """;
    }

    public string Secrets() => Endpoint.Scheme switch
    {
        "ssh" => SecretManifest.Ssh("oms-ssh"),
        "tcp" => SecretManifest.Tls("docker-tls"),
        _ => "",
    };

    // The address that the user gave may be a name; the other nodes are reached in the same way.
    private string Docker(string host)
    {
        var address = Endpoint.IdnHost == host || Endpoint.Host == "localhost" || Endpoint.IsLoopback
            ? "{hostIP}"
            : Endpoint.Host;
        var port = Endpoint.Port > 0 ? $":{Endpoint.Port}" : "";
        var user = Endpoint.UserInfo.Length > 0 ? $"{Endpoint.UserInfo}@" : "";
        var socket = Endpoint.AbsolutePath is "/" ? "" : Endpoint.AbsolutePath;
        return Endpoint.Scheme switch
        {
            "ssh" => Access($"ssh://{user}{address}{port}{socket}", ", sshSecretRef: {name: oms-ssh}"),
            "unix" => Access(Endpoint.OriginalString, ""),
            _ => Access($"tcp://{address}{port}", ", tlsSecretRef: {name: docker-tls}"),
        };
    }

    // Always in quotes: it may have braces.
    private static string Access(string endpoint, string secret) =>
        "{endpoint: \"" + JsonEncodedText.Encode(endpoint, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"" + secret
        + "}";

    private static string Digits(string version) =>
        string.Concat(version.TakeWhile(c => c != '-').Where(char.IsAsciiDigit));
}
