namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>A request to the API server that failed.</summary>
public abstract class KubernetesException(
    KubernetesRequest request, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public KubernetesRequest Request { get; } = request;

    public virtual bool IsTransient => false;
}

/// <summary>The request was not answered: a read without an answer in spite of retries, or a write that was certainly
/// not sent (name not resolved, connection refused, TLS refused).</summary>
public sealed class KubernetesUnreachableException(
    KubernetesRequest request, string why, Exception? innerException = null)
    : KubernetesException(request, $"{request}: the API server was not reached: {Sentences.Close(why)}", innerException)
{
    public override bool IsTransient => true;
}

/// <summary>A write was sent and no clear answer came (time limit, broken connection, 5xx): it may or may not have been
/// carried out, now or a little later. Read the object again and decide; never retry blindly.</summary>
public sealed class KubernetesOutcomeUnknownException(
    KubernetesRequest request, string why, Exception? innerException = null)
    : KubernetesException(
        request,
        $"{request}: it is unknown whether the API server carried it out: {Sentences.Close(why)} "
            + "Read the object again before deciding.",
        innerException);

/// <summary>The server's answer does not fit the type.</summary>
public sealed class KubernetesUnreadableObjectException : KubernetesException
{
    public KubernetesUnreadableObjectException(KubernetesRequest request, UnreadableObject unreadable)
        : base(
            request,
            $"{request}: the object {unreadable.Namespace}/{unreadable.Name} cannot be read: "
                + $"{Sentences.Close(unreadable.Error)} It may have been written by another version of the operator.")
    {
    }

    /// <summary>The answer is no object at all.</summary>
    public KubernetesUnreadableObjectException(KubernetesRequest request, string why)
        : base(request, $"{request}: {Sentences.Close(why)}")
    {
    }
}

/// <summary>An answer, or one event of a watch, is larger than this process reads into memory. Nothing of it was
/// used.</summary>
public sealed class KubernetesTooLargeException(KubernetesRequest request, string why)
    : KubernetesException(
        request,
        $"{request}: {Sentences.Close(why)} "
            + "API servers store no object of that size: check the proxy between the operator and the API server.");

/// <summary>The API server answered with an error status.</summary>
public class KubernetesApiException(KubernetesRequest request, V1Status status, string? message = null)
    : KubernetesException(
        request,
        message
            ?? $"{request}: the API server answered {status.Code} {status.Reason}: "
                + Sentences.Close(status.Message ?? ""))
{
    /// <summary>The server's status object (for Secrets without its message, which may quote a value).</summary>
    public V1Status Status { get; } = status;

    public int StatusCode => Status.Code ?? 0;

    public override bool IsTransient => StatusCode is 429 or >= 500;
}

/// <summary>401: the server does not know the client, even after the credentials were read again.</summary>
public sealed class KubernetesUnauthorizedException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(
        request,
        status,
        $"{request}: the API server does not accept the credentials (401). Check the token, client certificate or "
            + "exec plugin of the kubeconfig, or the ServiceAccount of the pod.");

/// <summary>403: RBAC does not allow it. The message names verb, resource and what to do.</summary>
public sealed class KubernetesForbiddenException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(
        request,
        status,
        $"{request}: forbidden. Grant the verb '{request.Verb}' on '{request.Resource}' in API group "
            + $"'{request.Group}'{(request.Namespace is null ? "" : $" in namespace '{request.Namespace}'")} to the "
            + "identity in use (Role or ClusterRole and a binding). The server says: "
            + Sentences.Close(status.Message ?? ""));

/// <summary>404: the object, its namespace, or the whole resource (CRD not installed) does not exist.</summary>
public sealed class KubernetesNotFoundException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(request, status);

/// <summary>409: the object changed since it was read, or a precondition does not hold. Read it again and decide
/// again.</summary>
public class KubernetesConflictException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(request, status);

/// <summary>409 AlreadyExists: an object with that name exists.</summary>
public sealed class KubernetesAlreadyExistsException(KubernetesRequest request, V1Status status)
    : KubernetesConflictException(request, status);

/// <summary>410: the version from which a watch or a list page should continue is no longer kept. List again.</summary>
public sealed class KubernetesGoneException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(request, status);

/// <summary>413, or etcd's refusal of a request above its limit: the object is larger than the server accepts. It was
/// certainly not written.</summary>
public sealed class KubernetesRequestTooLargeException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(request, status);

/// <summary>422 (or 400): the object violates the schema or a rule.</summary>
public sealed class KubernetesInvalidException(KubernetesRequest request, V1Status status)
    : KubernetesApiException(request, status);

/// <summary>The kubeconfig, the pod's ServiceAccount or a credential plugin cannot be used. The message names file,
/// field, expectation and what to do, never a value that may be secret.</summary>
public sealed class KubernetesConfigurationException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>A request to the API server, in RBAC terms.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Resource">Plural resource name with subresource, for instance <c>omsupgrades/status</c>.</param>
/// <param name="Namespace">Namespace; null for cluster-scoped or all.</param>
public sealed record KubernetesRequest(string Verb, string Group, string Resource, string? Namespace, string? Name)
{
    public bool IsRead => Verb is "get" or "list" or "watch";

    public override string ToString()
    {
        var group = Group.Length == 0 ? "" : $" ({Group})";
        var target = (Namespace, Name) switch
        {
            (null, null) => "",
            (null, _) => $" {Name}",
            (_, null) => $" in namespace {Namespace}",
            _ => $" {Namespace}/{Name}",
        };
        return $"{Verb} {Resource}{group}{target}";
    }
}
