namespace Drydock.Lab;

/// <summary>
/// A control plane with ValidatingAdmissionPolicies, which 1.20 does not have: it answers for the given ones and passes
/// everything else. The policy plugin of a <see cref="ModernCrdServer"/> reads them and the namespaces from here.
/// </summary>
internal sealed class PolicyApi : HttpFaultProxy
{
    private const string Group = "/apis/admissionregistration.k8s.io/v1/";
    private readonly IReadOnlyList<JsonNode> _policies;

    /// <param name="policies">The policies and their bindings.</param>
    public PolicyApi(LabRun run, ControlPlane controlPlane, IReadOnlyList<JsonNode> policies)
        : base(run, "policies", ledger: null, controlPlane.Namespace.Address, new Uri(controlPlane.Server).Port, null)
    {
        _policies = policies;
    }

    /// <summary>The URL for kubeconfigs.</summary>
    public string Server => FormattableString.Invariant($"https://{Address}:{Port}");

    private protected override bool DefaultIsAct(string method, string path) => false;

    private protected override async Task<bool> TryAnswerReadAsync(
        HttpExchange exchange, CancellationToken cancellationToken)
    {
        var kind = exchange.Request.Path switch
        {
            Group + "validatingadmissionpolicies" => "ValidatingAdmissionPolicy",
            Group + "validatingadmissionpolicybindings" => "ValidatingAdmissionPolicyBinding",
            _ => null,
        };
        if (kind is null)
        {
            return false;
        }

        // They never change. A client that wants the list as events falls back to list and watch.
        var isWatch = exchange.Request.Query.Contains("watch=true", StringComparison.Ordinal);
        var isRefused = exchange.Request.Query.Contains("sendInitialEvents=true", StringComparison.Ordinal);
        if (isWatch && !isRefused)
        {
            await exchange.WriteToClientAsync(Encoding.ASCII.GetBytes(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
            await exchange.HangAsync(cancellationToken);
        }

        var body = isRefused
            ? """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}"""
            : new JsonObject
            {
                ["kind"] = kind + "List",
                ["apiVersion"] = "admissionregistration.k8s.io/v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
                ["items"] = new JsonArray([.. _policies.Select((policy, index) => Served(policy, kind, index))
                    .OfType<JsonNode>()]),
            }.ToJsonString();
        await exchange.WriteToClientAsync(Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"HTTP/1.1 {(isRefused ? "422 Invalid" : "200 OK")}\r\n")
            + "Content-Type: application/json\r\n"
            + FormattableString.Invariant($"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}")));
        return true;
    }

    private static JsonNode? Served(JsonNode policy, string kind, int index)
    {
        if (policy["kind"]!.GetValue<string>() != kind)
        {
            return null;
        }

        var served = policy.DeepClone();
        served["metadata"]!["uid"] = FormattableString.Invariant($"00000000-0000-0000-0000-{index + 1:d12}");
        served["metadata"]!["resourceVersion"] = "1";
        served["metadata"]!["generation"] = 1;

        // What the API server fills in.
        if (served["spec"]!["matchConstraints"] is { } constraints)
        {
            constraints["matchPolicy"] ??= "Equivalent";
            constraints["namespaceSelector"] ??= new JsonObject();
            constraints["objectSelector"] ??= new JsonObject();
            foreach (var rule in constraints["resourceRules"]!.AsArray())
            {
                rule!["scope"] ??= "*";
            }
        }

        return served;
    }
}
