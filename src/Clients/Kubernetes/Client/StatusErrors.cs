namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Maps the server's error answers to exceptions.</summary>
internal static class StatusErrors
{
    private static readonly JsonSerializerOptions Json = KubernetesJson.CreateOptions();

    public static KubernetesException From(KubernetesRequest request, int code, string body) =>
        From(request, Withhold(request, Parse(code, body)));

    /// <summary>The error that ends a watch.</summary>
    public static KubernetesException From(KubernetesRequest request, JsonElement status) =>
        From(request, status.Deserialize(Json.TypeInfo<V1Status>()) ?? new V1Status());

    private static KubernetesException From(KubernetesRequest request, V1Status status) =>
        status.Code switch
        {
            400 or 422 => new KubernetesInvalidException(request, status),
            401 => new KubernetesUnauthorizedException(request, status),
            403 => new KubernetesForbiddenException(request, status),
            404 => new KubernetesNotFoundException(request, status),
            409 when status.Reason == "AlreadyExists" => new KubernetesAlreadyExistsException(request, status),
            409 => new KubernetesConflictException(request, status),
            410 => new KubernetesGoneException(request, status),
            _ when IsTooLarge(status) => new KubernetesRequestTooLargeException(request, status),

            // "etcdserver: request timed out" and similar errors arrive as 500: the write may have been carried out.
            >= 500 when !request.IsRead && !IsRefusal(status) =>
                new KubernetesOutcomeUnknownException(
                    request, $"the API server answered {status.Code} {status.Reason}: {status.Message}"),
            _ => new KubernetesApiException(request, status),
        };

    // etcd and its client in the API server refuse it before anything is written.
    private static bool IsTooLarge(V1Status status) =>
        status.Code == 413
        || (status.Code >= 500
            && (Says(status, "etcdserver: request is too large")
                || Says(status, "trying to send message larger than max")));

    /// <summary>5xx answers that are certainly refusals: admission runs before the write, a full etcd accepts no write,
    /// and an API server that reports itself unavailable in a Status processed no request. Proxies answer 503 without a
    /// Status, possibly after they have forwarded the request.</summary>
    private static bool IsRefusal(V1Status status) =>
        (status.Code == 503 && status.Reason == "ServiceUnavailable")
        || (status.Code == 500
            && (Says(status, "failed calling webhook")
                || (Says(status, "admission webhook") && Says(status, "denied the request"))
                || Says(status, "etcdserver: mvcc: database space exceeded")));

    private static bool Says(V1Status status, string text) =>
        status.Message?.Contains(text, StringComparison.Ordinal) == true;

    public static V1Status Parse(int code, string body)
    {
        V1Status? status = null;
        try
        {
            status = JsonSerializer.Deserialize(body, Json.TypeInfo<V1Status>());
        }
        catch (JsonException)
        {
            // A proxy answers in HTML or text; only the code is useful.
        }

        return status is { Status.Length: > 0 }
            ? status with { Code = status.Code is null or 0 ? code : status.Code }
            : new V1Status { Status = "Failure", Code = code, Message = "(the answer is not a Kubernetes status)" };
    }

    /// <summary>The server quotes invalid input ("error found in … |password…|"), so its text is withheld for
    /// Secrets.</summary>
    private static V1Status Withhold(KubernetesRequest request, V1Status status) =>
        request is { Group: "", IsRead: false }
            && request.Resource.StartsWith("secrets", StringComparison.Ordinal)
            && status.Code is 400 or 422 or >= 500
            ? status with
            {
                Message = "(the server's message is withheld because it may quote the Secret)",
                Details = null,
            }
            : status;
}
