package main

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	network "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

const manifests = "../../deploy/kubernetes/"

// manifest decodes a file as Kubernetes does: a field that its type does not have is an error.
func manifest[T any](t *testing.T, name string) *T {
	t.Helper()
	object := new(T)
	if err := yaml.UnmarshalStrict([]byte(readFile(t, manifests+name)), object); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return object
}

// TestKubernetes: the manifests have the fields of their types and fit together, and syncd takes the configuration as its pod sees it.
func TestKubernetes(t *testing.T) {
	set := manifest[apps.StatefulSet](t, "statefulset.yaml")
	settings, secret := manifest[core.ConfigMap](t, "configmap.yaml"), manifest[core.Secret](t, "secret.yaml")
	pod := set.Spec.Template.Spec
	if *set.Spec.Replicas != 1 || len(pod.Containers) != 1 {
		t.Fatalf("%d pods of %d containers", *set.Spec.Replicas, len(pod.Containers))
	}
	container := pod.Containers[0]

	mounted := map[string]string{} // folder: volume
	for _, m := range container.VolumeMounts {
		mounted[m.MountPath] = m.Name
	}
	volumes := map[string]core.Volume{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = v
	}
	if claims := set.Spec.VolumeClaimTemplates; len(claims) != 1 || mounted["/var/lib/syncd"] != claims[0].Name {
		t.Errorf("the state is not on a volume that stays: %v", mounted)
	}
	if v := volumes[mounted["/etc/syncd"]]; v.ConfigMap == nil || v.ConfigMap.Name != settings.Name {
		t.Errorf("the configuration is not mounted: %+v", v)
	}
	if v := volumes[mounted["/run/secrets/syncd"]]; v.Secret == nil || v.Secret.SecretName != secret.Name || *v.Secret.DefaultMode != 0o400 {
		t.Errorf("the secret is not mounted for its owner: %+v", v)
	}
	if v := volumes[mounted["/run/syncd"]]; v.EmptyDir == nil {
		t.Errorf("the control socket has no place: %+v", v)
	}

	c := configOfThePod(t, settings.Data["syncd.yaml"], secret)
	for _, dir := range []string{path.Dir(c.State.Dir), path.Dir(strings.TrimPrefix(c.Control.Listen, "unix://"))} {
		if mounted[dir] == "" {
			t.Errorf("syncd would write to %s, which is read-only", dir)
		}
	}
	if !strings.HasSuffix(c.Metrics.Listen, ":9847") || container.Ports[0].Name != "metrics" || container.Ports[0].ContainerPort != 9847 {
		t.Errorf("metrics are at %s, and the port is %+v", c.Metrics.Listen, container.Ports)
	}
	if want := []string{"--config", "/etc/syncd/syncd.yaml"}; !slices.Equal(container.Args, want) {
		t.Errorf("%q", container.Args)
	}
	restricted(t, pod, container)
	probes(t, container)
}

// configOfThePod reads the configuration with its secrets in another folder, as nothing is at /run/secrets here.
func configOfThePod(t *testing.T, text string, secret *core.Secret) *config {
	t.Helper()
	dir := t.TempDir()
	for name, value := range secret.StringData {
		writeFile(t, dir, name, value)
	}
	cert, _ := certificateFiles(t, dir)
	if err := os.Rename(cert, filepath.Join(dir, "corp-ca.pem")); err != nil { // the placeholder is no certificate
		t.Fatal(err)
	}
	c, err := loadConfig(writeFile(t, dir, "syncd.yaml", strings.ReplaceAll(text, "/run/secrets/syncd", dir)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// restricted holds the pod to the restricted level of the Pod Security Standards, which its namespace enforces, and to the user of the image.
func restricted(t *testing.T, pod core.PodSpec, container core.Container) {
	t.Helper()
	namespace := manifest[core.Namespace](t, "namespace.yaml")
	if namespace.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
		t.Errorf("%v", namespace.Labels)
	}
	outer, inner := pod.SecurityContext, container.SecurityContext
	if !*outer.RunAsNonRoot || outer.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault || *inner.AllowPrivilegeEscalation ||
		!*inner.ReadOnlyRootFilesystem || !slices.Equal(inner.Capabilities.Drop, []core.Capability{"ALL"}) || *pod.AutomountServiceAccountToken {
		t.Errorf("%+v %+v", outer, inner)
	}
	image := readFile(t, "../../deploy/container/Containerfile")
	for _, line := range []string{"\nUSER 65532:65532\n", "-o 65532 -g 65532 -m 0700 /out/var/lib/syncd", "\nENTRYPOINT [\"/usr/bin/syncd\"]\n"} {
		if !strings.Contains(image, line) {
			t.Errorf("the image has no %q", line)
		}
	}
	if *outer.RunAsUser != 65532 || *outer.RunAsGroup != 65532 || *outer.FSGroup != 65532 {
		t.Errorf("not the user of the image: %+v", outer)
	}
}

// TestTheImageIsBuiltFromEverything: what the program is made of is copied into the image before it is built there.
func TestTheImageIsBuiltFromEverything(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 20 {
		t.Fatalf("only %q", packages)
	}
	image := readFile(t, "../../deploy/container/Containerfile")
	for _, p := range packages {
		folder := strings.Split(p, "/")[1] // syncd/internal/syncer lies in internal
		if !strings.Contains(image, "\nCOPY "+folder+" ./"+folder+"\n") {
			t.Errorf("%s is not copied into the image that builds the program", p)
		}
	}
}

// probes: each is a command that syncd knows, and may take longer than syncd waits itself.
func probes(t *testing.T, container core.Container) {
	t.Helper()
	for what, probe := range map[string]*core.Probe{"live": container.LivenessProbe, "ready": container.ReadinessProbe} {
		if d := cmp.Diff([]string{"/usr/bin/syncd", "probe", what}, probe.Exec.Command); d != "" {
			t.Error(d)
		}
		if float64(probe.TimeoutSeconds) <= probeTimeout.Seconds() {
			t.Errorf("%s: syncd waits %s, Kubernetes %d s", what, probeTimeout, probe.TimeoutSeconds)
		}
	}
	if d := cmp.Diff(container.LivenessProbe.Exec, container.StartupProbe.Exec); d != "" {
		t.Error(d)
	}
}

// TestKubernetesSelectors: whatever is to find the pod does, and what is applied together is there.
func TestKubernetesSelectors(t *testing.T) {
	set, policy := manifest[apps.StatefulSet](t, "statefulset.yaml"), manifest[network.NetworkPolicy](t, "networkpolicy.yaml")
	monitor := manifest[struct {
		APIVersion, Kind string
		Metadata         struct {
			Name, Namespace string
			Labels          map[string]string
		}
		Spec struct {
			JobLabel            string
			Selector            struct{ MatchLabels map[string]string }
			PodMetricsEndpoints []struct{ Port, Interval string }
		}
	}](t, "podmonitor.yaml")
	pod := set.Spec.Template.Labels
	for who, selector := range map[string]map[string]string{
		"the stateful set": set.Spec.Selector.MatchLabels, "the network policy": policy.Spec.PodSelector.MatchLabels, "the pod monitor": monitor.Spec.Selector.MatchLabels,
	} {
		if d := cmp.Diff(pod, selector); d != "" {
			t.Errorf("%s looks for another pod: %s", who, d)
		}
	}
	// The dashboards and alerts ask for the job syncd.
	if pod[monitor.Spec.JobLabel] != "syncd" || monitor.Spec.PodMetricsEndpoints[0].Port != "metrics" {
		t.Errorf("%+v", monitor.Spec)
	}
	if port := policy.Spec.Ingress[0].Ports[0].Port; port.StrVal != "metrics" {
		t.Errorf("metrics cannot be asked for: %v", port)
	}
	together := manifest[struct {
		APIVersion, Kind, Namespace string
		Resources                   []string
		Images                      []struct{ Name, NewName, NewTag string }
	}](t, "kustomization.yaml")
	for _, name := range together.Resources {
		if text := readFile(t, manifests+name); strings.Contains(text, "kind: Secret") {
			t.Errorf("%s would put placeholders in place of passwords", name)
		}
	}
	if image := set.Spec.Template.Spec.Containers[0].Image; together.Images[0].Name != image || together.Namespace != set.Namespace {
		t.Errorf("%+v for the image %s in %s", together, image, set.Namespace)
	}
}
